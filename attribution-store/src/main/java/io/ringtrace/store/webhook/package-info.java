/** Webhooks of networks: where they go, and how far they have come. */
@NullMarked
package io.ringtrace.store.webhook;

import org.jspecify.annotations.NullMarked;
