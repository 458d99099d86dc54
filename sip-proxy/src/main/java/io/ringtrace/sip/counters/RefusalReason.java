package io.ringtrace.sip.counters;

import java.util.Locale;

/** Why a request was refused before it had a record. */
public enum RefusalReason {
    /** From no trunk and no gateway. */
    STRANGER,
    /** Asked for credentials; those that came with it, if any, were not good. */
    CHALLENGED,
    /** It could not be read. */
    MALFORMED,
    /** For a host that is not ours, or from a gateway. */
    FOREIGN,
    /** A method that is of no use outside a dialog. */
    METHOD,
    /** A Request-URI of a scheme that leads nowhere from there. */
    SCHEME,
    /** Proxy-Require. */
    EXTENSION,
    /** Within a dialog that is not known. */
    NO_DIALOG,
    /** A CANCEL for nothing. */
    NO_TRANSACTION,
    LOOP,
    MERGED,
    TOO_MANY_HOPS,
    MAX_BREADTH,
    /** No room for its transaction or its call. */
    TABLE_FULL,
    JOURNAL_FULL,
    /** No room in the ring to the shard of its Call-ID. */
    RING_FULL,
    /** More to do than can be done. */
    OVERLOAD,
    /** More calls a second than its trunk may bring. */
    TRUNK_RATE,
    /** More calls at once. */
    TRUNK_CALLS,
    /** We are about to stop. */
    STOPPING,
    /** A fault of ours. */
    FAULT;

    /** As metrics name it: {@code table_full}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
