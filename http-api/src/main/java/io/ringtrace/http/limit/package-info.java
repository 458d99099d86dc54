/** How much one caller may ask for: rates, and who counts as one caller. Tables of a fixed size; nothing waits. */
@NullMarked
package io.ringtrace.http.limit;

import org.jspecify.annotations.NullMarked;
