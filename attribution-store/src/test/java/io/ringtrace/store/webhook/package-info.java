@NullMarked
package io.ringtrace.store.webhook;

import org.jspecify.annotations.NullMarked;
