package io.ringtrace.http.record;

import io.ringtrace.call.CallRecord;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.http.text.CsvText;
import io.ringtrace.http.text.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Call records as JSON objects and as CSV rows with the same columns. Times are ISO 8601 in UTC with milliseconds. */
public final class CallRecordText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Begin with a plus sign that is no formula's. */
    private static final Set<String> PHONE_NUMBERS = Set.of("caller_number", "promo_number", "destination_number");

    static final List<String> COLUMNS = List.of(
            "call_id",
            "transaction_id",
            "start_time",
            "attribution_status",
            "caller_number",
            "caller_withheld",
            "dialed_text",
            "promo_number",
            "destination_number",
            "network",
            "advertiser",
            "campaign",
            "pool",
            "lease_id",
            "visitor_id",
            "visitor_erased",
            "marketing_data",
            "marketing_sources",
            "attribution_confidence",
            "lease_age_ms",
            "presentation_age_ms",
            "prior_leases",
            "attribution_stale_ms",
            "progress_time",
            "answer_time",
            "end_time",
            "ring_ms",
            "talk_ms",
            "post_dial_delay_ms",
            "post_dial_delay_theirs_ms",
            "post_dial_delay_ours_ms",
            "duration_exact",
            "end_reason",
            "ended_by",
            "sip_code_sent",
            "sip_code_gateway",
            "reason",
            "trunk",
            "gateway",
            "attempts",
            "sip_call_id",
            "config_version",
            "node",
            "complete");

    private CallRecordText() {}

    /** As {@code GET /v1/calls} gives it. */
    public static ObjectNode json(CallRecord record) {
        ObjectNode marketing = Json.object();
        new TreeMap<>(record.marketingData()).forEach(marketing::put);
        ArrayNode attempts = Json.array();
        record.attempts().forEach(attempt -> attempts.add(json(attempt)));
        ObjectNode json = Json.object()
                .put("call_id", record.callId().toString())
                .put("transaction_id", record.transactionId())
                .put("start_time", time(record.startMillis()))
                .put("attribution_status", record.attributionStatus())
                .put("caller_number", number(record.caller()))
                .put("caller_withheld", record.callerWithheld())
                .put("dialed_text", record.dialedText())
                .put("promo_number", number(record.promoNumber()))
                .put("destination_number", number(record.destination()))
                .put("network", record.network())
                .put("advertiser", record.advertiser())
                .put("campaign", record.campaignId())
                .put("pool", record.poolId())
                .put("lease_id", record.leaseId())
                .put("visitor_id", record.visitorId())
                .put("visitor_erased", record.visitorErased());
        json.set("marketing_data", marketing);
        ObjectNode sources = Json.object();
        new TreeMap<>(record.marketingData())
                .keySet()
                .forEach(field -> sources.put(field, record.marketingSources().getOrDefault(field, "api")));
        json.set("marketing_sources", sources);
        json.put("attribution_confidence", record.attributionConfidence())
                .put("lease_age_ms", record.leaseAgeMillis())
                .put("presentation_age_ms", record.presentationAgeMillis())
                .put("prior_leases", record.priorLeases())
                .put("attribution_stale_ms", record.attributionStaleMillis())
                .put("progress_time", time(record.progressMillis()))
                .put("answer_time", time(record.answerMillis()))
                .put("end_time", time(record.endMillis()))
                .put("ring_ms", record.ringMillis())
                .put("talk_ms", record.talkMillis())
                .put("post_dial_delay_ms", record.postDialDelayMillis())
                .put("post_dial_delay_theirs_ms", record.postDialDelayTheirsMillis())
                .put("post_dial_delay_ours_ms", record.postDialDelayOursMillis())
                .put("duration_exact", record.durationExact())
                .put("end_reason", record.endReason())
                .put("ended_by", record.endedBy())
                .put("sip_code_sent", record.sipCodeSent())
                .put("sip_code_gateway", record.sipCodeGateway())
                .put("reason", record.reasonHeader())
                .put("trunk", record.trunk())
                .put("gateway", record.gateway());
        json.set("attempts", attempts);
        return json.put("sip_call_id", record.sipCallId())
                .put("config_version", record.configVersion())
                .put("node", record.node())
                .put("complete", record.complete());
    }

    private static ObjectNode json(GatewayAttempt attempt) {
        return Json.object()
                .put("gateway", attempt.gateway())
                .put("sent_time", time(attempt.sentAtMillis()))
                .put("first_18x_time", time(attempt.first18xAtMillis()))
                .put("sip_code", attempt.status() == 0 ? null : (Integer) attempt.status())
                .put("reason", attempt.reason())
                .put("abandoned", attempt.abandoned());
    }

    static String csv(List<CallRecord> records) {
        CsvText csv = new CsvText();
        COLUMNS.forEach(csv::value);
        csv.endLine();
        for (CallRecord record : records) {
            ObjectNode json = json(record);
            for (String column : COLUMNS) {
                JsonNode value = json.path(column);
                if (value.isNull()) {
                    csv.value(null);
                } else if (value.isContainer()) {
                    csv.value(Json.text(value));
                } else if (!value.isString() || PHONE_NUMBERS.contains(column)) {
                    csv.value(value.asString());
                } else {
                    csv.foreign(value.asString());
                }
            }
            csv.endLine();
        }
        return csv.toString();
    }

    private static @Nullable String number(@Nullable PhoneNumber number) {
        return number == null ? null : number.toString();
    }

    private static @Nullable String time(@Nullable Long millis) {
        return millis == null || millis == 0 ? null : TIME.format(Instant.ofEpochMilli(millis));
    }
}
