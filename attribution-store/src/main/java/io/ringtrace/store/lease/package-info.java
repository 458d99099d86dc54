/** Who gets which promo number: the rule, the clock, and the rule on MariaDB. */
@NullMarked
package io.ringtrace.store.lease;

import org.jspecify.annotations.NullMarked;
