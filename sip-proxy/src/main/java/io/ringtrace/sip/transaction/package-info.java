/** RFC 3261 §17 and RFC 6026: the four transaction machines, their timers, and the tables that find them. */
@NullMarked
package io.ringtrace.sip.transaction;

import org.jspecify.annotations.NullMarked;
