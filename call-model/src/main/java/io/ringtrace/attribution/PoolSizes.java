package io.ringtrace.attribution;

import io.ringtrace.call.StoreUnavailableException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** RingPools' sizes: what they should be, and whether they follow by themselves. Thread-safe; calls wait for the database. */
public interface PoolSizes {
    /** Null when the network has no such pool. */
    @Nullable
    PoolSizing sizing(String network, String pool) throws StoreUnavailableException;

    /** Of each of the network's pools that ever had one, by its RingPool ID; others have {@link Autoscaling#OFF}. */
    Map<String, Autoscaling> autoscaling(String network) throws StoreUnavailableException;
}
