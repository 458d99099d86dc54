package io.ringtrace.http;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.routing.StaticNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What whoever runs the server asks of the server itself. Called on virtual threads; a reload reads files, the rest is memory. Thread-safe. */
public interface Operations {
    /** Reads the configuration again and puts its plan in force when all of it is good. */
    Reload reload();

    /**
     * Puts an earlier plan in force again.
     *
     * @param version null for the one before
     */
    Reload rollBack(@Nullable String version);

    /** The plans that can be put in force again, the last one first. */
    List<KeptPlan> plans();

    /** @param inForceSince when it was put in force, last */
    record KeptPlan(String version, Instant inForceSince) {}

    Status status();

    /** What runs on the SIP side now; at most so many calls, the oldest first. Asks the SIP threads, which answer within milliseconds. */
    Live live(int most);

    /** The trunks of the plan in force, in the order of the files. */
    List<TrunkState> trunks();

    /**
     * Logs the messages of the trunk's calls for so long from now on.
     *
     * @param time zero ends it
     * @return false when the plan in force has no such trunk
     */
    boolean trace(String trunk, Duration time);

    /** The trunks whose messages are logged, by name. */
    List<Trace> traces();

    /**
     * A trunk whose messages are logged.
     *
     * @param left for how long; null for as long as the plan says
     */
    record Trace(String trunk, @Nullable Duration left) {}

    /** The gateways of the plan in force, by name. */
    List<GatewayState> gateways();

    /**
     * @param sourceNetworks where its requests come from
     * @param defaultDestination where its calls go while there is no directory of numbers
     */
    record TrunkState(
            String name,
            List<String> sourceNetworks,
            @Nullable String defaultDestination) {
        public TrunkState {
            sourceNetworks = List.copyOf(sourceNetworks);
        }
    }

    /**
     * One address of a gateway.
     *
     * @param address host and port
     * @param transport UDP, TCP or TLS; AUTO while that is left to DNS
     * @param silence how long it may give no answer before the next gateway is tried
     * @param state UP, SUSPECT, DOWN or UNRESOLVED
     * @param since when it came into that state; null when it has never been in another one
     * @param reason why it is in that state; null when there is nothing to tell
     */
    record GatewayState(
            String name,
            String address,
            String transport,
            Duration silence,
            String state,
            @Nullable Instant since,
            @Nullable String reason) {}

    /** Those of the numbers that the store owns, each with its state. Throws when there is no directory of numbers. */
    Map<PhoneNumber, String> ownedNumbers(List<PhoneNumber> numbers) throws StoreUnavailableException;

    /** The static numbers of the plan in force, in ascending order from after the given one's digits; at most so many. */
    List<StaticNumber> staticNumbers(long after, int limit);

    /** Where a call would go, and why. Nothing is sent or recorded. */
    Explained explain(Question question);

    /**
     * A call that nobody made.
     *
     * @param number as the trunk would write it
     * @param trunk by which it comes; null when there is only one
     * @param from the caller's number; null for one who withholds it
     * @param at null for now
     */
    record Question(
            String number,
            @Nullable String trunk,
            @Nullable String from,
            @Nullable Instant at) {}

    sealed interface Explained {
        /** @param conclusion one sentence */
        record Answer(String planVersion, boolean forwarded, String conclusion, List<Reason> reasons)
                implements Explained {
            public Answer {
                reasons = List.copyOf(reasons);
            }
        }

        /** The question can't be answered; a sentence says why. */
        record Unanswerable(String why) implements Explained {}
    }

    /** @param source file and line of the rule that took part; empty when no rule of the files did */
    record Reason(String said, String source) {}

    /**
     * What runs now.
     *
     * @param total of all calls, of which some may not be listed
     */
    record Live(long total, long serverTransactions, long clientTransactions, List<LiveCall> calls) {
        public Live {
            calls = List.copyOf(calls);
        }
    }

    /**
     * A running call.
     *
     * @param id the call's ULID
     * @param state trying, ringing, answered, or asked (whether it still lives)
     * @param trunk empty when the plan does not have it any more
     * @param gateway empty before one rings or answers
     * @param caller null when withheld or not known
     * @param dialed null when not known
     */
    record LiveCall(
            String id,
            String state,
            String trunk,
            String gateway,
            @Nullable String caller,
            @Nullable String dialed,
            Instant beganAt,
            @Nullable Instant answeredAt,
            @Nullable Instant aliveAt) {}

    enum Outcome {
        APPLIED,
        UNCHANGED,
        REFUSED
    }

    /**
     * @param version the plan in force after it
     * @param afterRestart sections of the configuration whose changes wait for a restart
     * @param findings a line for each mistake; empty unless refused
     * @param warnings a line for each thing to look at in what was taken
     */
    record Reload(
            Outcome outcome, String version, List<String> afterRestart, List<String> findings, List<String> warnings) {
        public Reload {
            afterRestart = List.copyOf(afterRestart);
            findings = List.copyOf(findings);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * @param version the program's
     */
    record Status(String node, String version, Instant startedAt, Duration uptime, long liveCalls, Plan plan) {}

    /**
     * The routing plan in force.
     *
     * @param file what it was read from
     * @param bad the files as they were read last are wrong
     * @param rolledBackFrom the version that a person replaced by this one; null when the plan is that of the files
     * @param changes what it has otherwise than the plan before it, a line each
     * @param warnings what somebody should look at in its files, a line each
     */
    record Plan(
            String version,
            Instant loadedAt,
            String file,
            int trunks,
            int gateways,
            int routes,
            int staticNumbers,
            boolean bad,
            List<String> afterRestart,
            @Nullable Failure lastFailure,
            @Nullable String rolledBackFrom,
            List<String> changes,
            List<String> warnings) {
        public Plan {
            afterRestart = List.copyOf(afterRestart);
            changes = List.copyOf(changes);
            warnings = List.copyOf(warnings);
        }
    }

    /** A reload that changed nothing because the files were wrong. */
    record Failure(Instant at, List<String> findings) {
        public Failure {
            findings = List.copyOf(findings);
        }
    }
}
