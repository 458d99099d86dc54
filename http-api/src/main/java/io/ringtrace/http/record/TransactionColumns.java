package io.ringtrace.http.record;

import io.ringtrace.call.CallRecord;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.NumberText;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which columns of a transaction are asked for, and what stands in them. Names and meanings are those of Invoca's Transactions API; a call
 * record's own fields are there by their names, or all by {@code $ringtrace_columns}. Fields of the marketing data are columns too; one that
 * is named like a standard column does not take its place, since clients go on by {@code transaction_id}. Immutable.
 */
final class TransactionColumns {
    static final String CUSTOM_DATA = "custom_data";
    private static final String DEFAULT_CONSTANT = "$invoca_default_columns";
    private static final String CUSTOM_CONSTANT = "$invoca_custom_columns";
    private static final String SOURCE_CONSTANT = "$invoca_custom_source_columns";
    private static final String OUR_CONSTANT = "$ringtrace_columns";
    private static final String SOURCE = ".source";
    private static final int LONGEST_SHORT_TEXT = 255;

    private static final List<String> DEFAULT = List.of(
            "transaction_id",
            "corrects_transaction_id",
            "transaction_type",
            "advertiser_id_from_network",
            "advertiser_campaign_id_from_network",
            "virtual_line_id",
            "dynamic_number_pool_id",
            "call_result_description_detail",
            "calling_phone_number",
            "duration",
            "connect_duration",
            "start_time_local",
            "start_time_xml",
            "start_time_utc",
            "start_time_network_timezone",
            "start_time_network_timezone_xml",
            "corrected_at",
            "complete_call_id",
            "destination_phone_number",
            "hangup_cause");
    /** Those that somebody else may have chosen the text of. */
    private static final Set<String> OF_OTHERS =
            Set.of("dialed_text", "visitor_id", "reason", "sip_call_id", "attempts", "marketing_data");

    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter XML =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx").withZone(ZoneOffset.UTC);

    /** Every column and all that marketing data has. */
    static final TransactionColumns ALL =
            new TransactionColumns(List.of(DEFAULT_CONSTANT, OUR_CONSTANT, CUSTOM_DATA), List.of());

    private final List<String> included;
    private final List<String> excluded;

    private TransactionColumns(List<String> included, List<String> excluded) {
        this.included = included;
        this.excluded = excluded;
    }

    /** @param include null for all that a client of Invoca's knows */
    static TransactionColumns of(@Nullable String include, @Nullable String exclude) {
        return new TransactionColumns(
                include == null || include.isBlank() ? List.of(DEFAULT_CONSTANT, CUSTOM_CONSTANT) : parts(include),
                exclude == null ? List.of() : parts(exclude));
    }

    private static List<String> parts(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** Of these rows, in their order; the fields of marketing data are those that any of the rows has. */
    List<String> names(List<Transaction> rows) {
        Set<String> custom = new TreeSet<>();
        for (Transaction row : rows) {
            custom.addAll(row.record().marketingData().keySet());
        }
        custom.removeAll(DEFAULT);
        Set<String> names = new LinkedHashSet<>();
        included.forEach(column -> names.addAll(resolved(column, custom)));
        excluded.forEach(column -> names.removeAll(resolved(column, custom)));
        return List.copyOf(names);
    }

    private static List<String> resolved(String column, Set<String> custom) {
        return switch (column) {
            case DEFAULT_CONSTANT -> DEFAULT;
            case CUSTOM_CONSTANT -> List.copyOf(custom);
            case SOURCE_CONSTANT -> custom.stream().map(name -> name + SOURCE).toList();
            case OUR_CONSTANT -> {
                List<String> ours = new ArrayList<>(CallRecordText.COLUMNS);
                ours.removeAll(DEFAULT);
                yield ours;
            }
            default -> List.of(column);
        };
    }

    /** Whether a spreadsheet must be kept from running it. */
    static boolean ofOthers(String column) {
        return OF_OTHERS.contains(column) || !(DEFAULT.contains(column) || CallRecordText.COLUMNS.contains(column));
    }

    static ObjectNode json(Transaction transaction, List<String> names) {
        ObjectNode standard = standard(transaction);
        ObjectNode ours = null;
        ObjectNode json = Json.object();
        for (String name : names) {
            JsonNode value = standard.get(name);
            if (value == null && CallRecordText.COLUMNS.contains(name)) {
                ours = ours == null ? CallRecordText.json(transaction.record()) : ours;
                value = ours.get(name);
            }
            if (value != null) {
                json.set(name, value);
            } else if (name.equals(CUSTOM_DATA)) {
                json.set(name, customData(transaction.record()));
            } else {
                json.put(name, custom(transaction.record(), name));
            }
        }
        return json;
    }

    private static @Nullable String custom(CallRecord record, String name) {
        String value = record.marketingData().get(name);
        return value == null && name.endsWith(SOURCE)
                ? source(record, name.substring(0, name.length() - SOURCE.length()))
                : value;
    }

    private static @Nullable String source(CallRecord record, String field) {
        return record.marketingData().containsKey(field)
                ? record.marketingSources().getOrDefault(field, "DynamicAttribution")
                : null;
    }

    private static ArrayNode customData(CallRecord record) {
        ArrayNode array = Json.array();
        new TreeMap<>(record.marketingData())
                .forEach((name, value) -> array.addObject()
                        .put("name", name)
                        .put("data_type", value.length() <= LONGEST_SHORT_TEXT ? "Short Text" : "Long Text")
                        .put("source", source(record, name))
                        .put("value", value));
        return array;
    }

    private static ObjectNode standard(Transaction transaction) {
        CallRecord record = transaction.record();
        Instant start = Instant.ofEpochMilli(record.startMillis());
        Long end = record.endMillis();
        Long talk = record.talkMillis();
        return Json.object()
                .put("transaction_id", Long.toString(transaction.id()))
                .put(
                        "corrects_transaction_id",
                        transaction.corrects() == null
                                ? null
                                : transaction.corrects().toString())
                .put("transaction_type", "Call")
                .put("advertiser_id_from_network", record.advertiser())
                .put("advertiser_campaign_id_from_network", record.campaignId())
                .put("virtual_line_id", number(record.promoNumber()))
                .put("dynamic_number_pool_id", record.poolId())
                .put("call_result_description_detail", result(record))
                .put("calling_phone_number", number(record.caller()))
                .put("duration", end == null ? 0 : seconds(end - record.startMillis()))
                .put("connect_duration", talk == null ? 0 : seconds(talk))
                .put("start_time_local", LOCAL.format(start))
                .put("start_time_xml", XML.format(start))
                .put("start_time_utc", record.startMillis())
                .put("start_time_network_timezone", LOCAL.format(start))
                .put("start_time_network_timezone_xml", XML.format(start))
                .put(
                        "corrected_at",
                        transaction.corrects() == null
                                ? null
                                : LOCAL.format(Instant.ofEpochMilli(transaction.publishedAtMillis())))
                .put("complete_call_id", record.callId().toString())
                .put("destination_phone_number", number(record.destination()))
                .put("hangup_cause", hangup(record));
    }

    private static String result(CallRecord record) {
        return record.answerMillis() != null ? "Connected" : words(record.endReason());
    }

    private static String hangup(CallRecord record) {
        String by = words(record.endedBy());
        return by.isEmpty() ? words(record.endReason()) : by + ": " + words(record.endReason());
    }

    /** {@code destination_busy} as people read it: {@code Destination busy}. */
    private static String words(@Nullable String text) {
        return text == null || text.isEmpty()
                ? ""
                : Character.toUpperCase(text.charAt(0)) + text.substring(1).replace('_', ' ');
    }

    private static @Nullable String number(@Nullable PhoneNumber number) {
        return number == null ? null : NumberText.formatted(number);
    }

    /** Rounded. */
    private static long seconds(long millis) {
        return Math.max(0, Math.floorDiv(millis + 500, 1000L));
    }
}
