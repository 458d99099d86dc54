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
     * @param autoscaling null for the pool's own as it is, which a new pool has off
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
            boolean byTag,
            @Nullable Autoscaling autoscaling) {
        public Definition {
            captured = List.copyOf(captured);
        }

        /** With every default: guaranteed for five minutes, held for three days, two numbers, one of them for overflow. */
        public static Draft draft(
                @Nullable String idFromNetwork, String name, NumberType numberType, PhoneNumber destination) {
            return new Draft(idFromNetwork, name, numberType, destination);
        }

        /** The same again, to be changed. */
        public Draft draft() {
            return new Draft(idFromNetwork, name, numberType, destination)
                    .lifetime(lifetime)
                    .hold(hold)
                    .maxSize(maxSize)
                    .allowOverflow(allowOverflow)
                    .fillImmediately(fillImmediately)
                    .preferred(preferred)
                    .localNumbers(localNumbers)
                    .hours(hours)
                    .captured(captured)
                    .byTag(byTag)
                    .autoscaling(autoscaling);
        }
    }

    /** A definition that is being written: what nobody says stays as it is. For one thread. */
    final class Draft {
        public static final Duration USUAL_LIFETIME = Duration.ofMinutes(5);
        public static final Duration USUAL_HOLD = Duration.ofDays(3);
        public static final int SMALLEST = 2;

        private final @Nullable String idFromNetwork;
        private final String name;
        private final NumberType numberType;
        private final PhoneNumber destination;
        private Duration lifetime = USUAL_LIFETIME;
        private Duration hold = USUAL_HOLD;
        private int maxSize = SMALLEST;
        private boolean allowOverflow = true;
        private boolean fillImmediately;
        private boolean preferred;
        private LocalNumberPreferences localNumbers = LocalNumberPreferences.DEFAULT;
        private @Nullable HoursOfOperation hours;
        private List<CapturedField> captured = List.of();
        private boolean byTag;
        private @Nullable Autoscaling autoscaling;

        private Draft(@Nullable String idFromNetwork, String name, NumberType numberType, PhoneNumber destination) {
            this.idFromNetwork = idFromNetwork;
            this.name = name;
            this.numberType = numberType;
            this.destination = destination;
        }

        public Draft lifetime(Duration value) {
            lifetime = value;
            return this;
        }

        public Draft hold(Duration value) {
            hold = value;
            return this;
        }

        public Draft maxSize(int value) {
            maxSize = value;
            return this;
        }

        public Draft allowOverflow(boolean value) {
            allowOverflow = value;
            return this;
        }

        public Draft fillImmediately(boolean value) {
            fillImmediately = value;
            return this;
        }

        public Draft preferred(boolean value) {
            preferred = value;
            return this;
        }

        public Draft localNumbers(LocalNumberPreferences value) {
            localNumbers = value;
            return this;
        }

        public Draft hours(@Nullable HoursOfOperation value) {
            hours = value;
            return this;
        }

        public Draft captured(List<CapturedField> value) {
            captured = value;
            return this;
        }

        public Draft byTag(boolean value) {
            byTag = value;
            return this;
        }

        public Draft autoscaling(@Nullable Autoscaling value) {
            autoscaling = value;
            return this;
        }

        public Definition definition() {
            return new Definition(
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
                    hours,
                    captured,
                    byTag,
                    autoscaling);
        }
    }

    /**
     * A pool and its key; the key is a secret.
     *
     * @param apiKey empty when it is revoked, or sealed by another node's file
     * @param keyRevokedAt Unix milliseconds; null while it is valid
     */
    record WithKey(RingPool pool, String apiKey, @Nullable Long keyRevokedAt) {}

    /** How a pool's key is, without the key. */
    record KeyState(
            String pool,
            String advertiser,
            String campaign,
            @Nullable Long revokedAt) {}

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
     * The key stops at once here, on other nodes within seconds, and the pool takes none until {@link #rotateKey} makes another; pages and
     * calls go on. False when there is no such pool with a valid key.
     */
    boolean revokeKey(String network, String idFromNetwork) throws StoreUnavailableException;

    /** How the keys of a network's pools are, by RingPool ID, those after the one named; at most {@code limit}. */
    List<KeyState> keys(String network, String afterPool, int limit) throws StoreUnavailableException;

    /**
     * The pool whose RingPool ID and key these are; null when there is none or the key is wrong. Compared in constant time, from memory.
     */
    @Nullable
    RingPool byKey(String idFromNetwork, String apiKey);

    /**
     * Why calls of the network may never end at this number, as a sentence: it is a premium or emergency number, or in a country that is
     * not the account's. Null when they may. Never waits.
     */
    @Nullable
    String refusal(String network, PhoneNumber destination);

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
