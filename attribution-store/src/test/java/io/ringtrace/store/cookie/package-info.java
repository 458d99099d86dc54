@NullMarked
package io.ringtrace.store.cookie;

import org.jspecify.annotations.NullMarked;
