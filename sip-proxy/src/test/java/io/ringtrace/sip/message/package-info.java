@NullMarked
package io.ringtrace.sip.message;

import org.jspecify.annotations.NullMarked;
