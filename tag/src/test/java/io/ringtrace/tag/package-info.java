/** Runs the tag's own tests, which are JavaScript. */
@NullMarked
package io.ringtrace.tag;

import org.jspecify.annotations.NullMarked;
