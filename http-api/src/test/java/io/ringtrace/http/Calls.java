package io.ringtrace.http;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.PhoneNumber;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finished calls for tests of what is told of them. */
public final class Calls {
    public static final long START = Instant.parse("2026-01-31T09:30:00.005Z").toEpochMilli();

    private Calls() {}

    public static CallId id(int n) {
        return new CallId((START + n) << 16, n);
    }

    /** Answered after two seconds, and ended by the caller a minute later; still running without an end reason. */
    public static CallRecord record(int n, String network, @Nullable String endReason) {
        boolean over = endReason != null;
        return new CallRecord(
                id(n),
                null,
                "abc@10.0.0.1",
                "node-1",
                "carrier",
                PhoneNumber.parse("+12125550101"),
                false,
                "+18005550123",
                PhoneNumber.parse("+18005550123"),
                PhoneNumber.parse("+18005550199"),
                network,
                "adv",
                "16",
                "camp",
                "18005550123.7",
                "v1",
                false,
                Map.of("utm_source", "=1+1", "transaction_id", "x"),
                Map.of("utm_source", "VirtualLine"),
                "leased",
                1.0,
                60_000L,
                1_000L,
                0,
                0,
                List.of(),
                "gw",
                START + n,
                START + 100,
                START + 2000 + n,
                over ? START + 62_000 + n : null,
                1900L,
                over ? 60_000L : null,
                95L,
                90L,
                5L,
                200,
                200,
                null,
                over ? "caller" : null,
                endReason,
                true,
                "cfg-1",
                over);
    }
}
