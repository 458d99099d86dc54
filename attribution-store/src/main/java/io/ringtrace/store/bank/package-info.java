/** The number bank: import, listing, and which of its numbers suit a destination. */
@NullMarked
package io.ringtrace.store.bank;

import org.jspecify.annotations.NullMarked;
