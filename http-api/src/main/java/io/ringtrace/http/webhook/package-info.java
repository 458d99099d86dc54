/** Webhooks: told of each finished call, by requests of ours. */
@NullMarked
package io.ringtrace.http.webhook;

import org.jspecify.annotations.NullMarked;
