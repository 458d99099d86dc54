package io.ringtrace.store.directory;

/**
 * What the directory keeps of one row of ring_pool.
 *
 * @param destination where calls go when no lease says otherwise
 * @param version rises with each change of the pool's rules, not with its presentations
 */
public record PoolRow(
        long id,
        long networkId,
        long campaignId,
        String idFromNetwork,
        long destination,
        boolean deleted,
        long version) {}
