/** Leases by way of a whole server: how many, how soon visible, and whether any rule was ever broken. */
@NullMarked
package io.ringtrace.server.lease;

import org.jspecify.annotations.NullMarked;
