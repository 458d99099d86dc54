/** The SIP proxy's entry, {@link io.ringtrace.sip.SipProxy}, and its shards: each one thread with its own socket, calls and timers. */
@NullMarked
package io.ringtrace.sip;

import org.jspecify.annotations.NullMarked;
