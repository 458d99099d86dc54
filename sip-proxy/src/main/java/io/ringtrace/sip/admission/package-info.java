/** Who may call, and what counts as ours. */
@NullMarked
package io.ringtrace.sip.admission;

import org.jspecify.annotations.NullMarked;
