/** The program: the one place that knows all parts, builds them, starts and stops them. */
@NullMarked
package io.ringtrace.server;

import org.jspecify.annotations.NullMarked;
