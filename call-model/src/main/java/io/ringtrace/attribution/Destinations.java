package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that networks' pages show: found by the tag, and approved before any number is lent for them. The destination of a pool that
 * a person made needs no further approval. Thread-safe; calls wait for the database, except {@link #poolFor}.
 */
public interface Destinations {
    enum State {
        DISCOVERED,
        APPROVED,
        /** A person does not want it swapped, whatever the rule says. */
        REFUSED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param approvedBy person or rule; null when it is not approved
     * @param site where the tag saw it first; null when a person named it
     * @param seenAt when the tag first saw it, Unix milliseconds; null when it never did
     * @param pool RingPool ID of the pool that serves it; null when there is none yet
     */
    record Destination(
            PhoneNumber number,
            State state,
            @Nullable String approvedBy,
            @Nullable String site,
            @Nullable Long seenAt,
            @Nullable String pool) {}

    /**
     * Which discovered destinations are approved by themselves.
     *
     * @param areaCodes none by default
     * @param countries country codes in which the account's destinations lie, whoever approves them
     */
    record Rule(List<Integer> areaCodes, List<Integer> countries) {
        public static final Rule DEFAULT = new Rule(List.of(), List.of(1));

        public Rule {
            areaCodes = areaCodes.stream().distinct().sorted().toList();
            countries = countries.stream().distinct().sorted().toList();
        }
    }

    /** How a pool is made that comes into being for an approved destination. */
    record TagPool(
            String advertiser,
            String campaign,
            Duration lifetime,
            Duration hold,
            int maxSize,
            boolean allowOverflow,
            LocalNumberPreferences localNumbers) {
        public static final TagPool DEFAULT = new TagPool(
                "tag", "tag", Duration.ofMinutes(5), Duration.ofDays(3), 10, true, LocalNumberPreferences.DEFAULT);
    }

    sealed interface Change {
        record Done(Destination destination) implements Change {}

        /** @param message why this number can never be approved, as a sentence */
        record Refused(String message) implements Change {}

        record NoNetwork() implements Change {}
    }

    /** In ascending order, from after the given number; null for all states. */
    List<Destination> list(String network, @Nullable State state, long afterNumber, int limit)
            throws StoreUnavailableException;

    /** Approves or refuses a number, discovered or not; here at once, on other nodes within seconds. */
    Change decide(String network, PhoneNumber number, State state) throws StoreUnavailableException;

    Rule rule(String network);

    /** Approves what was discovered before and matches. False when there is no such network. */
    boolean setRule(String network, Rule rule) throws StoreUnavailableException;

    TagPool tagPool(String network);

    /** Holds for pools that are made after it. False when there is no such network. */
    boolean setTagPool(String network, TagPool tagPool) throws StoreUnavailableException;

    /**
     * The pool that serves a number of a page, made now when it is approved and has none; several askers at once get the same one. Null in
     * the stage when it is not approved (it is listed as discovered then) or no pool can be made. Never blocks, and does not complete
     * exceptionally.
     */
    CompletionStage<@Nullable RingPool> poolFor(Site site, PhoneNumber number);
}
