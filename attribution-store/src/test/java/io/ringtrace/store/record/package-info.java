@NullMarked
package io.ringtrace.store.record;

import org.jspecify.annotations.NullMarked;
