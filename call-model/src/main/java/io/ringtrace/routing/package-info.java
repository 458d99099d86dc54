/** Where a call goes: trunks, gateways, the routing plan and the pure function that reads it. */
@NullMarked
package io.ringtrace.routing;

import org.jspecify.annotations.NullMarked;
