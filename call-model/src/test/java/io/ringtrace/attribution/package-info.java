@NullMarked
package io.ringtrace.attribution;

import org.jspecify.annotations.NullMarked;
