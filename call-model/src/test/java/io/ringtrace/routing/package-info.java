@NullMarked
package io.ringtrace.routing;

import org.jspecify.annotations.NullMarked;
