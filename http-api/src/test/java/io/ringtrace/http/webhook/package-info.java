@NullMarked
package io.ringtrace.http.webhook;

import org.jspecify.annotations.NullMarked;
