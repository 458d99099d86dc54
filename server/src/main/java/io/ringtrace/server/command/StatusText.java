package io.ringtrace.server.command;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Writes a status, as the API gives it, the way a person wants to read it. */
final class StatusText {
    private static final int MOST_FINDINGS = 10;

    private StatusText() {}

    static String page(JsonNode status, Instant now, Paint paint) {
        List<String> lines = new ArrayList<>();
        add(
                lines,
                "node",
                status.path("node").asString() + ", up "
                        + ago(Duration.ofSeconds(status.path("uptime_seconds").asLong())) + ", Ringtrace "
                        + status.path("version").asString());
        add(lines, "calls", status.path("live_calls").asLong() + " live");
        JsonNode plan = status.path("plan");
        add(lines, "plan", plan.path("version").asString() + ", in force since " + moment(plan.path("loaded_at"), now));
        add(
                lines,
                "",
                count(plan, "trunks") + ", " + count(plan, "gateways") + ", " + count(plan, "routes") + ", "
                        + count(plan, "static_numbers"));
        add(lines, "", "from " + plan.path("file").asString());
        if (plan.path("rolled_back_from").isString()) {
            add(
                    lines,
                    "",
                    "ROLLED BACK from " + plan.path("rolled_back_from").asString()
                            + ", until the files change, ringtrace reload, or a restart");
        }
        plan.path("changes").valueStream().limit(MOST_FINDINGS).forEach(change -> add(lines, "", change.asString()));
        if (plan.path("changes").size() > MOST_FINDINGS) {
            add(lines, "", "and " + (plan.path("changes").size() - MOST_FINDINGS) + " more changes (ringtrace plans)");
        }
        afterRestart(plan.path("after_restart")).ifPresent(sentence -> add(lines, "", sentence));
        failure(lines, plan, now, paint);
        warnings(lines, plan.path("warnings"));
        lines.add("");
        TextTable checks = new TextTable(paint, List.of("HEALTH", "OF", ""), Set.of());
        for (JsonNode check : status.path("checks")) {
            checks.row(
                    check.path("status").asString().toUpperCase(Locale.ROOT),
                    check.path("name").asString(),
                    check.path("message").asString());
        }
        lines.add(checks.text());
        return String.join("\n", lines);
    }

    private static void failure(List<String> lines, JsonNode plan, Instant now, Paint paint) {
        JsonNode failure = plan.path("last_failure");
        if (!failure.isObject()) {
            return;
        }
        boolean bad = plan.path("bad").asBoolean();
        lines.add("");
        lines.add(
                bad
                        ? paint.alarm("THE FILES ARE WRONG.") + " The plan above stays in force; reload refused "
                                + moment(failure.path("at"), now) + ":"
                        : "The last reload that was refused was " + moment(failure.path("at"), now)
                                + "; it has been mended since:");
        lines(lines, failure.path("findings"));
    }

    private static void warnings(List<String> lines, JsonNode warnings) {
        if (warnings.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("Worth a look in the files of this plan:");
        lines(lines, warnings);
    }

    private static void lines(List<String> lines, JsonNode findings) {
        findings.valueStream().limit(MOST_FINDINGS).forEach(finding -> lines.add("  " + finding.asString()));
        if (findings.size() > MOST_FINDINGS) {
            lines.add("  and " + (findings.size() - MOST_FINDINGS) + " more (ringtrace check-config shows them all)");
        }
    }

    /** A sentence when sections of the configuration wait for a restart. */
    static Optional<String> afterRestart(JsonNode sections) {
        return sections.isEmpty()
                ? Optional.empty()
                : Optional.of("Changes of "
                        + sections.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "))
                        + " count after a restart only.");
    }

    private static String count(JsonNode plan, String key) {
        long count = plan.path(key).asLong();
        String things = key.replace('_', ' ');
        return count + " " + (count == 1 ? things.substring(0, things.length() - 1) : things);
    }

    private static String moment(JsonNode at, Instant now) {
        Instant moment = Instant.parse(at.asString());
        return moment.toString().replaceFirst("\\.[0-9]+Z", "Z") + " (" + ago(Duration.between(moment, now)) + " ago)";
    }

    /** The two largest units: {@code 3 d 4 h}, {@code 12 min 5 s}. */
    private static String ago(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds >= 86_400) {
            return seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
        }
        if (seconds >= 3_600) {
            return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
        }
        return seconds >= 60 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds + " s";
    }

    private static void add(List<String> lines, String name, String said) {
        lines.add(String.format(Locale.ROOT, "%-7s %s", name, said));
    }
}
