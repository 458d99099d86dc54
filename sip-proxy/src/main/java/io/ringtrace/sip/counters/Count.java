package io.ringtrace.sip.counters;

import java.util.Locale;

/** What is counted besides messages by method and class. Counts only rise, but for the gauges at the end. */
public enum Count {
    /** Requests from no trunk and no gateway, answered with 403. */
    STRANGERS,
    /** Requests answered with 407, because a trunk may prove itself by digest there. */
    CHALLENGED,
    /** Sources banned because they were refused again and again. */
    BANS,
    /** Messages dropped because their source is banned. */
    BANNED_DROPS,
    /** Messages refused or dropped by the parser. */
    MALFORMED,
    /** New INVITEs answered with 503: a table or the journal was full, there was more to do than we could, or we are about to stop. */
    SHED,
    /** New INVITEs answered with 503 because their trunk has as many calls as it may. */
    TRUNK_LIMITED,
    /** Calls answered with 486 because their dialed number has as many as it may. */
    NUMBER_LIMITED,
    /** Gateways passed over because they have as many calls as they may. */
    GATEWAY_LIMITED,
    /** Requests refused by RFC 3261 §16.3 or for a foreign target. */
    REFUSED,
    /** Requests within a dialog without a valid cookie. */
    COOKIE_REFUSED,
    /** Responses that belong to no transaction of ours. */
    STRAY_RESPONSES,
    /** ACKs that belong to no call of ours. */
    STRAY_ACKS,
    /** Requests and responses absorbed as retransmissions. */
    RETRANSMISSIONS_RECEIVED,
    /** Messages sent again by timers A, E and G. */
    RETRANSMISSIONS_SENT,
    /** Final responses to INVITE that were never acknowledged. */
    ACKS_MISSING,
    /** Client transactions that ended by timer B or F. */
    TIMEOUTS,
    /** Messages that could not be sent. */
    TRANSPORT_ERRORS,
    /** Messages of more than 1300 bytes sent by UDP, retransmissions included: networks may lose their fragments (RFC 3261 §18.1.1). */
    LONG_DATAGRAMS,
    /** INVITEs sent on to a further gateway. */
    FAILOVERS,
    /** OPTIONS sent to gateways that were suspect, down, or are asked always. */
    PROBES_SENT,
    /** Of these, those that got no answer, or a failing one. */
    PROBES_FAILED,
    /** Datagrams handed to the shard of their Call-ID. */
    HANDED_OVER,
    /** Datagrams dropped because the other shard's ring was full. */
    HANDOVER_DROPS,
    /** Connections not accepted or not opened because there are too many. */
    CONNECTIONS_REFUSED,
    /** Connections closed because they were idle, never said anything, or stopped within a message. */
    CONNECTIONS_TIMED_OUT,
    /** Connections closed because no end of a message could be found in what came, or it was too long. */
    STREAMS_BROKEN,
    /** TLS handshakes that failed, by whichever side's fault. */
    TLS_FAILURES,
    CALLS_BEGUN,
    CALLS_ANSWERED,
    CALLS_ENDED,
    /** Answered calls that were given up because nothing proved that they still ran. */
    CALLS_LOST,
    /** Times that both sides of a call were asked whether they live. */
    CALLS_ASKED,
    /** Events of calls that the journal could not take. */
    EVENTS_LOST,
    /** Copies of messages given to the mirror (HEP). */
    HEP_QUEUED,
    /** Copies that were not, because its queue was full or the message too long for a packet. */
    HEP_DROPPED,
    /** Faults of our own, answered with 500 and logged. */
    FAULTS,
    /** Gauge: calls that were admitted and have not ended. */
    LIVE_CALLS,
    /** Gauge: how late the shard's ticks come, smoothed; of several shards the sum. */
    LAG_MILLIS,
    /** Gauge: server transactions. */
    SERVER_TRANSACTIONS,
    /** Gauge: client transactions. */
    CLIENT_TRANSACTIONS;

    /** As metrics name it: {@code handover_drops}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean gauge() {
        return this == LIVE_CALLS || this == LAG_MILLIS || this == SERVER_TRANSACTIONS || this == CLIENT_TRANSACTIONS;
    }
}
