/** Accounts and pools. */
@NullMarked
package io.ringtrace.store.account;

import org.jspecify.annotations.NullMarked;
