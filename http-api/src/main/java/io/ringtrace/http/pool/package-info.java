/** RingPools as they are managed over HTTP. */
@NullMarked
package io.ringtrace.http.pool;

import org.jspecify.annotations.NullMarked;
