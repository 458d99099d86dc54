@NullMarked
package io.ringtrace.store.sizing;

import org.jspecify.annotations.NullMarked;
