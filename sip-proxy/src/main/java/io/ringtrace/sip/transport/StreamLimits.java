package io.ringtrace.sip.transport;

import java.time.Duration;

/**
 * Bounds on the connections of a proxy, over all its shards and listeners.
 *
 * @param mostConnections open ones, accepted and our own; beyond them new ones are closed at once
 * @param mostPerSource accepted ones of one IP address
 * @param firstMessage how long a peer may take over the first message, or over the rest of one that it has begun
 * @param idle how long a connection stays open while nothing passes over it
 * @param connect how long opening a connection may take
 * @param longestHeader most bytes of a start line with its header
 * @param longestMessage most bytes of a message, header and body
 */
public record StreamLimits(
        int mostConnections,
        int mostPerSource,
        Duration firstMessage,
        Duration idle,
        Duration connect,
        int longestHeader,
        int longestMessage) {
    public static final StreamLimits DEFAULT = new StreamLimits(
            4096, 256, Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofSeconds(2), 32 * 1024, 65_535);
}
