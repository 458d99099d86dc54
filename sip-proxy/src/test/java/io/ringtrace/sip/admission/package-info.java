@NullMarked
package io.ringtrace.sip.admission;

import org.jspecify.annotations.NullMarked;
