package io.ringtrace.server.fault;

import java.time.Duration;
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

    private final Map<String, LedgerCall> calls = new ConcurrentHashMap<>();

    LedgerCall open(String sipCallId, String dialed, Ending ending) {
        LedgerCall call = new LedgerCall(sipCallId, dialed, ending);
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

    /** Waits until both parties are done with every call. */
    void awaitAllOver(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (calls.values().stream().anyMatch(call -> !call.isOver())) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not over after " + longest.toSeconds() + " s: "
                        + calls.values().stream()
                                .filter(call -> !call.isOver())
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
     * @param visitorOfNumber who has leased each promo number
     */
    Reconciliation reconcile(List<JsonNode> records, Map<String, String> visitorOfNumber) {
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
                if (mustHaveRecord(call)) {
                    lost.add(call.toString());
                }
            } else {
                String fault = fault(call, its.getFirst(), visitorOfNumber);
                if (fault != null) {
                    wrong.add(call + ": " + fault + " in " + its.getFirst());
                }
            }
        }
        bySipCallId.keySet().stream()
                .filter(id -> !calls.containsKey(id))
                .forEach(id -> wrong.add("a record of nobody's call: " + id));
        return new Reconciliation(calls.size(), answered, records.size(), lost, doubled, wrong);
    }

    /** A 503 without an INVITE at a gateway is a call that was not admitted; a silence, one that nobody admitted. */
    private static boolean mustHaveRecord(LedgerCall call) {
        synchronized (call) {
            return call.ending != Ending.STRANGER
                    && (call.invitesAtGateways > 0 || (call.finalStatus > 0 && call.finalStatus != 503));
        }
    }

    private static @Nullable String fault(LedgerCall call, JsonNode record, Map<String, String> visitorOfNumber) {
        if (call.ending == Ending.STRANGER) {
            return "a stranger's call has a record";
        }
        String visitor = visitorOfNumber.get(call.dialed);
        if (visitor != null && !visitor.equals(record.path("visitor_id").asString(""))) {
            return "its visitor is " + visitor;
        }
        if (call.ending == Ending.UNKNOWN_NUMBER
                && !record.path("attribution_status").asString("").equals("unknown_number")) {
            return "its number is unknown";
        }
        synchronized (call) {
            if (call.finalStatus >= 200 && call.finalStatus < 300) {
                return answeredFault(call, record);
            }
            return call.finalStatus > 0 ? refusedFault(call, record) : unheardFault(call, record);
        }
    }

    private static @Nullable String answeredFault(LedgerCall call, JsonNode record) {
        if (!record.hasNonNull("answer_time")) {
            return "it was answered";
        }
        if (call.ending == Ending.FAILED_OVER
                && (record.path("attempts").size() != 2
                        || !record.path("gateway").asString("").equals(FaultHouse.SECOND_GATEWAY))) {
            return "it failed over to " + FaultHouse.SECOND_GATEWAY;
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
        if (byCaller && reason.equals("caller_hangup")) {
            return talkFault(record, call, call.callerByeAt, call.callerByeAnsweredAt);
        }
        if (byGateway && reason.equals("destination_hangup")) {
            return talkFault(record, call, call.gatewayByeAt, call.gatewayByeAnsweredAt);
        }
        return "it was ended by its " + (byCaller ? "caller" : "destination");
    }

    /** Talk began after the gateway sent its 2xx and before the caller heard it; it ended after the BYE was first sent and before its answer. */
    private static @Nullable String talkFault(JsonNode record, LedgerCall call, long byeAt, long byeAnsweredAt) {
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
        return record.path("sip_code_sent").asInt(0) == call.finalStatus
                ? null
                : "the caller heard " + call.finalStatus;
    }

    /** No final response reached the caller: the server was dead then, or had just journaled what it was about to say. */
    private static @Nullable String unheardFault(LedgerCall call, JsonNode record) {
        String reason = record.path("end_reason").asString("");
        List<String> possible =
                List.of("interrupted", "caller_cancelled", "destination_hangup", call.ending.endReason());
        return possible.contains(reason) && !reason.isEmpty() ? null : "the caller heard no end";
    }
}
