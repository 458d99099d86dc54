package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** RingPools. Thread-safe; calls wait for the database, except {@link #byKey}. */
public interface Pools {
    /**
     * What a RingPool is to be: create and update are the same idempotent write.
     *
     * @param idFromNetwork null to have one made
     * @param hours null for always open
     * @param captured the marketing fields it keeps; empty for all that its network has declared
     * @param byTag made for an approved destination that the tag found
     */
    record Definition(
            @Nullable String idFromNetwork,
            String name,
            NumberType numberType,
            Duration lifetime,
            Duration hold,
            int maxSize,
            boolean allowOverflow,
            boolean fillImmediately,
            boolean preferred,
            PhoneNumber destination,
            LocalNumberPreferences localNumbers,
            @Nullable HoursOfOperation hours,
            List<CapturedField> captured,
            boolean byTag) {
        public Definition {
            captured = List.copyOf(captured);
        }

        /** With the usual preferences for local numbers. */
        public Definition(
                @Nullable String idFromNetwork,
                String name,
                NumberType numberType,
                Duration lifetime,
                Duration hold,
                int maxSize,
                boolean allowOverflow,
                boolean fillImmediately,
                boolean preferred,
                PhoneNumber destination) {
            this(
                    idFromNetwork,
                    name,
                    numberType,
                    lifetime,
                    hold,
                    maxSize,
                    allowOverflow,
                    fillImmediately,
                    preferred,
                    destination,
                    LocalNumberPreferences.DEFAULT);
        }

        /** A person's, open always, with all fields of the dictionary. */
        public Definition(
                @Nullable String idFromNetwork,
                String name,
                NumberType numberType,
                Duration lifetime,
                Duration hold,
                int maxSize,
                boolean allowOverflow,
                boolean fillImmediately,
                boolean preferred,
                PhoneNumber destination,
                LocalNumberPreferences localNumbers) {
            this(
                    idFromNetwork,
                    name,
                    numberType,
                    lifetime,
                    hold,
                    maxSize,
                    allowOverflow,
                    fillImmediately,
                    preferred,
                    destination,
                    localNumbers,
                    null,
                    List.of(),
                    false);
        }
    }

    /** A pool and its key; the key is a secret. */
    record WithKey(RingPool pool, String apiKey) {}

    sealed interface Outcome {
        record Saved(WithKey pool, boolean created) implements Outcome {}

        /** One message per wrong field. */
        record Invalid(List<String> messages) implements Outcome {}

        record NotFound(String what) implements Outcome {}
    }

    Outcome save(String network, String advertiser, String campaign, Definition definition)
            throws StoreUnavailableException;

    List<WithKey> list(String network, String advertiser, String campaign) throws StoreUnavailableException;

    @Nullable
    WithKey get(String network, String idFromNetwork) throws StoreUnavailableException;

    /** Its numbers go back: drained, rested, then to the bank. Deleting a missing pool does nothing. */
    void delete(String network, String idFromNetwork) throws StoreUnavailableException;

    /** A new key; the former one stops at once here, on other nodes within seconds. Null when there is no such pool. */
    @Nullable
    WithKey rotateKey(String network, String idFromNetwork) throws StoreUnavailableException;

    /**
     * The pool whose RingPool ID and key these are; null when there is none or the key is wrong. Compared in constant time, from memory.
     */
    @Nullable
    RingPool byKey(String idFromNetwork, String apiKey);

    /** Whether the pool's hours of operation are now, by the lease clock. Never waits. */
    boolean isOpen(RingPool pool);

    /** The pool with this RingPool ID in the network, from memory; null when there is none. */
    @Nullable
    RingPool inNetwork(String network, String idFromNetwork);

    /**
     * The network's pool for calls that are to end at this number, from memory: the preferred one before others, then the oldest; null when
     * no pool has it, which means that nobody approved it.
     */
    @Nullable
    RingPool forDestination(String network, PhoneNumber destination);
}
