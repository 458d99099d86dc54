/** The number bank. */
@NullMarked
package io.ringtrace.store.bank;

import org.jspecify.annotations.NullMarked;
