/** Accounts, tokens, RingPools and their sealed keys. */
@NullMarked
package io.ringtrace.store.account;

import org.jspecify.annotations.NullMarked;
