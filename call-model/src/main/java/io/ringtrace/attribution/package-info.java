/** Who a promo number belongs to: pools, leases, the answer to a dialed number. */
@NullMarked
package io.ringtrace.attribution;

import org.jspecify.annotations.NullMarked;
