/** Leases: the rule, its oracles, and the rule on MariaDB. */
@NullMarked
package io.ringtrace.store.lease;

import org.jspecify.annotations.NullMarked;
