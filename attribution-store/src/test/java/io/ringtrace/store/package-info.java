/** What the store's tests share. */
@NullMarked
package io.ringtrace.store;

import org.jspecify.annotations.NullMarked;
