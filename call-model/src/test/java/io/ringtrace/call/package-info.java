@NullMarked
package io.ringtrace.call;

import org.jspecify.annotations.NullMarked;
