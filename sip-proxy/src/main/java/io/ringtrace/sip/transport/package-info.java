/** Sockets: the only place that knows Netty's channels. Each shard has one thread (its {@code ShardLoop}) and its own socket per listener. */
@NullMarked
package io.ringtrace.sip.transport;

import org.jspecify.annotations.NullMarked;
