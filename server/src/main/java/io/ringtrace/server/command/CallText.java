package io.ringtrace.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Writes a call record, as the API gives it, the way a person wants to read it. */
public final class CallText {
    private CallText() {}

    /** Several lines: who called whom, by which lease, from which campaign, and how it went. */
    public static String card(JsonNode call) {
        List<String> lines = new ArrayList<>();
        lines.add("call " + text(call, "call_id"));
        add(
                lines,
                "from",
                or(text(call, "caller_number"), call.path("caller_withheld").asBoolean() ? "withheld" : "unknown")
                        + " by trunk " + text(call, "trunk"));
        add(lines, "dialed", or(text(call, "promo_number"), text(call, "dialed_text")));
        add(lines, "attribution", attribution(call));
        add(lines, "visitor", text(call, "visitor_id"));
        JsonNode marketing = call.path("marketing_data");
        add(
                lines,
                "marketing",
                marketing
                        .propertyStream()
                        .map(f -> f.getKey() + "=" + f.getValue().asString())
                        .sorted()
                        .collect(Collectors.joining(", ")));
        add(
                lines,
                "went to",
                text(call, "destination_number")
                        + (text(call, "gateway").isEmpty() ? "" : " by gateway " + text(call, "gateway")));
        add(lines, "times", times(call));
        add(lines, "ended", ending(call));
        return String.join("\n", lines);
    }

    /** One line for each call. */
    static String table(Iterable<JsonNode> calls, Paint paint) {
        TextTable table = new TextTable(paint, HEADINGS, Set.of("TALK"));
        for (JsonNode call : calls) {
            table.row(cells(call));
        }
        return table.text();
    }

    /** One line of a table whose other lines are not known yet; {@link #HEADER} stands above it. */
    public static String row(JsonNode call) {
        return String.format(Locale.ROOT, LINE, (Object[]) cells(call)).stripTrailing();
    }

    private static final List<String> HEADINGS =
            List.of("START", "CALLER", "DIALED", "DESTINATION", "ATTRIBUTION", "VISITOR", "TALK", "ENDED");
    private static final String LINE = "%-24s  %-13s  %-13s  %-13s  %-17s  %-20s  %7s  %s";
    public static final String HEADER = String.format(Locale.ROOT, LINE, HEADINGS.toArray());

    private static String[] cells(JsonNode call) {
        return new String[] {
            text(call, "start_time"),
            text(call, "caller_number"),
            or(text(call, "promo_number"), text(call, "dialed_text")),
            text(call, "destination_number"),
            text(call, "attribution_status"),
            or(text(call, "visitor_id"), "-"),
            seconds(call, "talk_ms"),
            or(text(call, "end_reason"), "in progress")
        };
    }

    private static String attribution(JsonNode call) {
        String status = text(call, "attribution_status");
        List<String> parts = new ArrayList<>();
        parts.add(status);
        addPart(parts, "pool ", text(call, "pool"));
        addPart(parts, "campaign ", text(call, "campaign"));
        addPart(parts, "lease ", text(call, "lease_id"));
        if (call.path("presentation_age_ms").isNumber()) {
            parts.add("shown " + seconds(call, "presentation_age_ms") + " before");
        }
        return String.join(", ", parts);
    }

    private static String times(JsonNode call) {
        List<String> parts = new ArrayList<>();
        addPart(parts, "start ", text(call, "start_time"));
        if (call.path("ring_ms").isNumber()) {
            parts.add("ring " + seconds(call, "ring_ms"));
        }
        if (call.path("talk_ms").isNumber()) {
            parts.add("talk " + seconds(call, "talk_ms"));
        }
        addPart(parts, "end ", text(call, "end_time"));
        return String.join(", ", parts);
    }

    private static String ending(JsonNode call) {
        List<String> parts = new ArrayList<>();
        parts.add(or(text(call, "end_reason"), "in progress"));
        addPart(parts, "by ", text(call, "ended_by"));
        if (call.path("sip_code_sent").isNumber()) {
            parts.add("SIP " + call.path("sip_code_sent").asInt());
        }
        return String.join(", ", parts);
    }

    private static void add(List<String> lines, String name, String value) {
        if (!value.isEmpty()) {
            lines.add(String.format(Locale.ROOT, "  %-12s %s", name, value));
        }
    }

    private static void addPart(List<String> parts, String before, String value) {
        if (!value.isEmpty()) {
            parts.add(before + value);
        }
    }

    private static String seconds(JsonNode call, String field) {
        JsonNode value = call.path(field);
        return value.isNumber() ? String.format(Locale.ROOT, "%.1f s", value.asLong() / 1000.0) : "";
    }

    private static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.asString() : value.isNumber() ? value.asString() : "";
    }
}
