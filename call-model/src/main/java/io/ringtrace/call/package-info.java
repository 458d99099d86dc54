/** A call from INVITE to call record: its numbers, its events, its record. */
@NullMarked
package io.ringtrace.call;

import org.jspecify.annotations.NullMarked;
