/** The directory of numbers, and what feeds it. */
@NullMarked
package io.ringtrace.store.directory;

import org.jspecify.annotations.NullMarked;
