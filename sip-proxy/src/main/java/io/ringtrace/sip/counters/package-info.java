/** What a SIP shard counts. */
@NullMarked
package io.ringtrace.sip.counters;

import org.jspecify.annotations.NullMarked;
