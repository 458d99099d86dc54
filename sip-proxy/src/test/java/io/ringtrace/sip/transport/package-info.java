@NullMarked
package io.ringtrace.sip.transport;

import org.jspecify.annotations.NullMarked;
