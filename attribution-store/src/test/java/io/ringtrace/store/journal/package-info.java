@NullMarked
package io.ringtrace.store.journal;

import org.jspecify.annotations.NullMarked;
