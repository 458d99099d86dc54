/** Seeing what passes: the mirror for a Homer server, and the traced trunks' messages in the log. */
@NullMarked
package io.ringtrace.sip.trace;

import org.jspecify.annotations.NullMarked;
