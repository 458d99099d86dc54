/** Leases of /v1, and the bounds of what a visitor may bring along. */
@NullMarked
package io.ringtrace.http.lease;

import org.jspecify.annotations.NullMarked;
