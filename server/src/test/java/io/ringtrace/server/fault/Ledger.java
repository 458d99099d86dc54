package io.ringtrace.server.fault;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Every call of a bench by its Call-ID, and what its record must say by what the two parties saw. Thread-safe. */
final class Ledger {
    /** For the rounding of times, and for what the server's clock is moved towards the store's during one call. */
    private static final long TALK_TOLERANCE_MILLIS = 100;
    /** Of the server's clock against the bench's: half of the longest round trip that a measurement of the store's time may take. */
    private static final long CLOCK_TOLERANCE_MILLIS = 500;

    /** Of a number that the configuration assigns. */
    static final String STATIC_CAMPAIGN = "print";

    private static final String TRUNK = "carrier";
    private static final Set<String> LENT = Set.of("leased", "held");

    private final Map<String, LedgerCall> calls = new ConcurrentHashMap<>();
    /** Ids of the records that a torn journal may have bent, and the calls of those that are known. */
    private final Set<String> tornRecords = ConcurrentHashMap.newKeySet();

    private final Set<LedgerCall> tornCalls = ConcurrentHashMap.newKeySet();

    /** Who has leased a promo number, and what its record must say of that. */
    record Lent(
            String visitor,
            String leaseId,
            String pool,
            String campaign,
            String destination,
            Map<String, String> marketing) {}

    LedgerCall open(String sipCallId, String from, String dialed, Ending ending) {
        LedgerCall call = new LedgerCall(sipCallId, from, dialed, ending);
        calls.put(sipCallId, call);
        return call;
    }

    @Nullable
    LedgerCall find(String sipCallId) {
        return calls.get(sipCallId);
    }

    Collection<LedgerCall> calls() {
        return calls.values();
    }

    /** The server was killed, or another one took its place. */
    void serverDied() {
        for (LedgerCall call : calls.values()) {
            synchronized (call) {
                call.sawADeath |= !call.over && call.finalStatus == 0;
            }
        }
    }

    /**
     * An event that the store may not have had yet was torn off the journal: what the record says is not known, nor whether there is one; but
     * there is no second one.
     *
     * @param callId the record's
     * @param sipCallId empty where it is not known
     */
    void torn(String callId, String sipCallId) {
        tornRecords.add(callId);
        LedgerCall call = calls.get(sipCallId);
        if (call != null) {
            tornCalls.add(call);
        }
    }

    int tornCalls() {
        return tornCalls.size();
    }

    /** Waits until both parties are done with every call. */
    void awaitAllOver(Duration longest) throws InterruptedException {
        awaitAllOverBut(Set.of(), longest);
    }

    /** Waits until both parties are done with every call but these. */
    void awaitAllOverBut(Set<LedgerCall> running, Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (calls.values().stream().anyMatch(call -> !call.isOver() && !running.contains(call))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not over after " + longest.toSeconds() + " s: "
                        + calls.values().stream()
                                .filter(call -> !call.isOver() && !running.contains(call))
                                .limit(5)
                                .map(LedgerCall::toString)
                                .collect(Collectors.joining("; ")));
            }
            Thread.sleep(50);
        }
    }

    /** How many of the calls must have a record. */
    long recordsExpected() {
        return calls.values().stream().filter(Ledger::mustHaveRecord).count();
    }

    /** How many of the calls that must have a record were meant to be answered. */
    long answersExpected() {
        return calls.values().stream()
                .filter(call -> call.ending.isAnswered() && mustHaveRecord(call))
                .count();
    }

    /** What the ledger says against what the records say. */
    record Reconciliation(
            int calls, int answered, int records, List<String> lost, List<String> doubled, List<String> wrong) {
        boolean clean() {
            return lost.isEmpty() && doubled.isEmpty() && wrong.isEmpty();
        }

        /** Its cells, after whatever a row begins with. */
        String row() {
            return " %d | %d | %d | %d | %d | %d |"
                    .formatted(calls, answered, records, lost.size(), doubled.size(), wrong.size());
        }
    }

    /** A table whose rows begin with cells of these names and end with {@link Reconciliation#row}. */
    static String table(List<String> names, List<String> rows) {
        List<String> all = new ArrayList<>(names);
        all.addAll(List.of("calls", "answered", "records", "lost", "doubled", "wrong"));
        return "| " + String.join(" | ", all) + " |\n|" + " --- |".repeat(all.size()) + "\n" + String.join("\n", rows);
    }

    /**
     * @param records all of the store's, as {@code GET /v1/calls} gives them
     * @param lent whom each promo number is lent to
     */
    Reconciliation reconcile(List<JsonNode> records, Map<String, Lent> lent) {
        Map<String, List<JsonNode>> bySipCallId = records.stream()
                .collect(Collectors.groupingBy(
                        record -> record.path("sip_call_id").asString("")));
        List<String> lost = new ArrayList<>();
        List<String> doubled = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        int answered = 0;
        for (LedgerCall call : calls.values()) {
            List<JsonNode> its = bySipCallId.getOrDefault(call.sipCallId, List.of());
            if (call.wasAnswered()) {
                answered++;
            }
            if (its.size() > 1) {
                doubled.add(call + " has " + its.size() + " records");
            } else if (its.isEmpty()) {
                if (mustHaveRecord(call) && !tornCalls.contains(call)) {
                    lost.add(call.toString());
                }
            } else {
                String fault = fault(call, its.getFirst(), lent);
                if (fault != null && !tornCalls.contains(call)) {
                    wrong.add(call + ": " + fault + " in " + its.getFirst());
                }
            }
        }
        records.stream()
                .filter(record -> !calls.containsKey(text(record, "sip_call_id")))
                .filter(record -> !tornRecords.contains(text(record, "call_id")))
                .forEach(record -> wrong.add("a record of nobody's call: " + record));
        return new Reconciliation(calls.size(), answered, records.size(), lost, doubled, wrong);
    }

    /** A 503 without an INVITE at a gateway is a call that was not admitted; a silence, one that nobody admitted. */
    private static boolean mustHaveRecord(LedgerCall call) {
        synchronized (call) {
            return call.ending != Ending.STRANGER
                    && (!call.tried.isEmpty() || (call.finalStatus > 0 && call.finalStatus != 503));
        }
    }

    private static @Nullable String fault(LedgerCall call, JsonNode record, Map<String, Lent> lent) {
        if (call.ending == Ending.STRANGER) {
            return "a stranger's call has a record";
        }
        synchronized (call) {
            for (String fault : List.of(
                    whoFault(call, record),
                    whatFault(call, record, lent.get(call.dialed)),
                    startFault(call, record),
                    ringFault(call, record),
                    attemptsFault(call, record))) {
                if (!fault.isEmpty()) {
                    return fault;
                }
            }
            if (call.finalStatus >= 200 && call.finalStatus < 300) {
                return answeredFault(call, record);
            }
            return call.finalStatus > 0 ? refusedFault(call, record) : unheardFault(call, record);
        }
    }

    private static String whoFault(LedgerCall call, JsonNode record) {
        if (!text(record, "trunk").equals(TRUNK)) {
            return "it came from the trunk " + TRUNK;
        }
        if (!text(record, "caller_number").equals(call.from)) {
            return "its caller is " + call.from;
        }
        return text(record, "promo_number").equals(call.dialed) ? "" : "it dialed " + call.dialed;
    }

    /** What it is attributed to. */
    private static String whatFault(LedgerCall call, JsonNode record, @Nullable Lent lent) {
        String status = text(record, "attribution_status");
        if (call.ending == Ending.UNKNOWN_NUMBER) {
            return status.equals("unknown_number") && isOf(record, "", "") ? "" : "its number is unknown";
        }
        if (lent == null) {
            return status.equals("static") && isOf(record, "", STATIC_CAMPAIGN) ? "" : "its number is static";
        }
        if (!isOf(record, lent.pool(), lent.campaign())) {
            return "its number is of the pool " + lent.pool() + " and the campaign " + lent.campaign();
        }
        if (!LENT.contains(status)) {
            return "its number is lent";
        }
        if (!text(record, "visitor_id").equals(lent.visitor())
                || !text(record, "lease_id").equals(lent.leaseId())) {
            return "its lease is " + lent.leaseId() + " of " + lent.visitor();
        }
        if (record.path("prior_leases").asInt(-1) != 0
                || record.path("attribution_confidence").asDouble(0) != 1) {
            return "nobody else had its number";
        }
        for (Map.Entry<String, String> field : lent.marketing().entrySet()) {
            if (!record.path("marketing_data").path(field.getKey()).asString("").equals(field.getValue())) {
                return "its " + field.getKey() + " is " + field.getValue();
            }
        }
        return call.tried.isEmpty() || text(record, "destination_number").equals(lent.destination())
                ? ""
                : "it went to " + lent.destination();
    }

    private static boolean isOf(JsonNode record, String pool, String campaign) {
        return text(record, "pool").equals(pool) && text(record, "campaign").equals(campaign);
    }

    /** It began after it was first sent, and before a gateway got it or its caller heard its end. */
    private static String startFault(LedgerCall call, JsonNode record) {
        long latest = call.tried.isEmpty() ? call.finalAt : call.atGatewayAt();
        return isBetween(record, "start_time", call, call.invitedAt, latest) ? "" : "it began at another time";
    }

    /**
     * @param latest 0 when nobody saw it
     */
    private static boolean isBetween(JsonNode record, String field, LedgerCall call, long earliest, long latest) {
        String text = text(record, field);
        if (text.isEmpty()) {
            return false;
        }
        long millis = Instant.parse(text).toEpochMilli();
        return millis >= call.millis(earliest) - CLOCK_TOLERANCE_MILLIS
                && (latest == 0 || millis <= call.millis(latest) + CLOCK_TOLERANCE_MILLIS);
    }

    private static String text(JsonNode record, String field) {
        return record.path(field).asString("");
    }

    private static @Nullable String answeredFault(LedgerCall call, JsonNode record) {
        if (!isBetween(record, "answer_time", call, call.gatewayAnsweredAt, call.finalAt)) {
            return "it was answered, and at another time";
        }
        if (record.path("sip_code_sent").asInt(0) != call.finalStatus) {
            return "the caller heard " + call.finalStatus;
        }
        if (call.ringingHeardAt > 0 && !delayFits(call, record)) {
            return "it rang after " + (call.ringingHeardAt - call.invitedAt) / 1_000_000 + " ms at most";
        }
        if (call.tried.stream()
                .noneMatch(tried -> tried.status == call.finalStatus
                        && text(record, "gateway").equals(tried.gateway))) {
            return "another gateway answered it";
        }
        String reason = record.path("end_reason").asString("");
        if (call.ending == Ending.ABANDONED || call.ending == Ending.TALKS_FOR_EVER) {
            return reason.equals(call.ending.endReason())
                            && record.path("duration_exact").asBoolean(false) == (call.ending == Ending.TALKS_FOR_EVER)
                    ? null
                    : "it must be " + call.ending.endReason();
        }
        boolean byCaller = call.callerByeStatus >= 200;
        boolean byGateway = call.gatewayByeStatus >= 200;
        if (!byCaller && !byGateway) {
            return Set.of("caller_hangup", "destination_hangup", "").contains(reason) ? null : "nobody saw that end";
        }
        if (byCaller
                && reason.equals("caller_hangup")
                && text(record, "ended_by").equals("caller")) {
            return talkFault(record, call, call.callerByeAt, call.callerByeAnsweredAt);
        }
        if (byGateway
                && reason.equals("destination_hangup")
                && text(record, "ended_by").equals("destination")) {
            return talkFault(record, call, call.gatewayByeAt, call.gatewayByeAnsweredAt);
        }
        return "it was ended by its " + (byCaller ? "caller" : "destination");
    }

    /** It rang from when the first gateway said so, and before the caller heard it, until the final response, or not at all. */
    private static String ringFault(LedgerCall call, JsonNode record) {
        if (call.sawADeath || call.finalStatus == 0) {
            // The server that took it on may have heard nothing, and another one's ringing stands in the record.
            return "";
        }
        if (call.ringingHeardAt == 0) {
            return text(record, "progress_time").isEmpty()
                            && record.path("ring_ms").asLong(0) == 0
                    ? ""
                    : "nobody heard it ring";
        }
        long rang = call.tried.stream()
                .mapToLong(tried -> tried.ringingAt)
                .filter(at -> at > 0)
                .min()
                .orElse(call.invitedAt);
        if (!isBetween(record, "progress_time", call, rang, call.ringingHeardAt)) {
            return "it rang at another time";
        }
        // A ringing that the server ended by itself has no such moment.
        long over = call.tried.stream()
                .filter(tried -> tried.status == call.finalStatus)
                .mapToLong(tried -> tried.finalAt)
                .min()
                .orElse(call.ringingHeardAt);
        long least = (over - call.ringingHeardAt) / 1_000_000 - TALK_TOLERANCE_MILLIS;
        long most = (call.finalAt - rang) / 1_000_000 + TALK_TOLERANCE_MILLIS;
        long ring = record.path("ring_ms").isNumber() ? record.path("ring_ms").asLong() : Long.MIN_VALUE;
        return ring >= least && ring <= most ? "" : "it rang " + least + " to " + most + " ms";
    }

    /** The gateways in their order, and what each of them said. */
    private static String attemptsFault(LedgerCall call, JsonNode record) {
        JsonNode attempts = record.path("attempts");
        if (call.sawADeath || call.finalStatus == 0) {
            // What a server had tried before it was killed, it did not tell the one that took the call on.
            return attempts.size() <= call.tried.size() ? "" : "it reached " + call.tried;
        }
        if (attempts.size() != call.tried.size()) {
            return "it reached " + call.tried;
        }
        for (int i = 0; i < attempts.size(); i++) {
            if (!attemptFits(call, call.tried.get(i), attempts.path(i), i + 1 == attempts.size())) {
                return "its attempt " + (i + 1) + " was " + call.tried.get(i);
            }
        }
        int gateway = record.path("sip_code_gateway").asInt(0);
        boolean passedOn = call.tried.stream().anyMatch(tried -> tried.status == call.finalStatus);
        boolean said = call.tried.stream().anyMatch(tried -> tried.status == gateway);
        return (passedOn ? gateway == call.finalStatus : gateway == 0 || said) ? "" : "no gateway said " + gateway;
    }

    private static boolean attemptFits(LedgerCall call, LedgerCall.Tried tried, JsonNode attempt, boolean last) {
        int status = attempt.path("sip_code").asInt(0);
        // Whom the server has cancelled, it does not wait for.
        boolean notAwaited = status == 0 && tried.status == 487 && call.finalStatus != 487;
        return text(attempt, "gateway").equals(tried.gateway)
                && (status == tried.status || notAwaited)
                && isBetween(attempt, "sent_time", call, call.invitedAt, tried.at)
                && (tried.ringingAt > 0
                        ? isBetween(attempt, "first_18x_time", call, tried.ringingAt, call.finalAt)
                        : text(attempt, "first_18x_time").isEmpty())
                && (last || !text(attempt, "abandoned").isEmpty());
    }

    /** Theirs and ours are all of it, and no more than the caller waited. */
    private static boolean delayFits(LedgerCall call, JsonNode record) {
        long all = record.path("post_dial_delay_ms").asLong(-1);
        long theirs = record.path("post_dial_delay_theirs_ms").asLong(-1);
        long ours = record.path("post_dial_delay_ours_ms").asLong(-1);
        long waited = (call.ringingHeardAt - call.invitedAt) / 1_000_000;
        return theirs >= 0 && ours >= 0 && all == theirs + ours && all <= waited + TALK_TOLERANCE_MILLIS;
    }

    /** Talk began after the gateway sent its 2xx and before the caller heard it; it ended after the BYE was first sent and before its answer. */
    private static @Nullable String talkFault(JsonNode record, LedgerCall call, long byeAt, long byeAnsweredAt) {
        if (!isBetween(record, "end_time", call, byeAt, byeAnsweredAt)) {
            return "it ended at another time";
        }
        long least = (byeAt - call.finalAt) / 1_000_000 - TALK_TOLERANCE_MILLIS;
        long most = (byeAnsweredAt - call.gatewayAnsweredAt) / 1_000_000 + TALK_TOLERANCE_MILLIS;
        long talk = record.path("talk_ms").asLong(-1);
        return talk >= least && talk <= most ? null : "it talked " + least + " to " + most + " ms";
    }

    private static @Nullable String refusedFault(LedgerCall call, JsonNode record) {
        String reason = record.path("end_reason").asString("");
        if (call.finalStatus == 481 || call.finalStatus == 500 || call.finalStatus == 503) {
            return List.of("destination_error", "refused", "interrupted", call.ending.endReason())
                            .contains(reason)
                    ? null
                    : "it ended in an error";
        }
        if (!reason.equals(call.finalStatus == 487 ? "caller_cancelled" : call.ending.endReason())
                && !(call.finalStatus == 408 && reason.equals("destination_no_answer"))) {
            return "the caller heard " + call.finalStatus;
        }
        if (record.path("sip_code_sent").asInt(0) != call.finalStatus) {
            return "the caller heard " + call.finalStatus;
        }
        return isBetween(record, "end_time", call, call.invitedAt, call.finalAt) ? null : "it ended at another time";
    }

    /** No final response reached the caller: the server was dead then, or had just journaled what it was about to say. */
    private static @Nullable String unheardFault(LedgerCall call, JsonNode record) {
        String reason = record.path("end_reason").asString("");
        List<String> possible =
                List.of("interrupted", "caller_cancelled", "destination_hangup", call.ending.endReason());
        return possible.contains(reason) && !reason.isEmpty() ? null : "the caller heard no end";
    }
}
