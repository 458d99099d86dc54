@NullMarked
package io.ringtrace.store.directory;

import org.jspecify.annotations.NullMarked;
