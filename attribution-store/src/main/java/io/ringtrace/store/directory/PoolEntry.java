package io.ringtrace.store.directory;

import io.ringtrace.call.PhoneNumber;

/** What the directory knows of one RingPool; immutable. */
record PoolEntry(long version, long campaignId, PhoneNumber destination) {
    static PoolEntry of(PoolRow row) {
        return new PoolEntry(row.version(), row.campaignId(), new PhoneNumber(row.destination()));
    }
}
