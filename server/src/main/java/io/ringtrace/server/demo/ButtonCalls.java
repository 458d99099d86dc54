package io.ringtrace.server.demo;

import io.ringtrace.server.command.CommandException;
import io.ringtrace.server.command.OperatorClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The calls of the landing page's button, one at a time: SIPp as the carrier that brings them and as the gateway that answers. Thread-safe. */
public final class ButtonCalls implements AutoCloseable {
    private static final String CALLER = "+13125550123";
    private static final int HOLD_MILLIS = 2_500;
    private static final int LONGEST_SECONDS = 20;
    /** The record's start is told by another clock. */
    private static final long CLOCKS_APART_MILLIS = 500;

    private final OperatorClient records;
    private final Lines lines;
    private final Path scenario;
    private final Path folder;
    private final AtomicReference<@Nullable Call> latest = new AtomicReference<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    /** Addresses such as {@code 127.0.0.1:5060}: where a carrier sends its calls, and where the destination's gateway is to listen. */
    public record Lines(String sip, String gateway) {}

    /** How far it is, as the page words it. */
    private enum State {
        DIALING,
        OVER,
        FAILED
    }

    private record Call(
            String number,
            Instant began,
            State state,
            @Nullable String error) {
        Call now(State next, @Nullable String why) {
            return new Call(number, began, next, why);
        }
    }

    /**
     * @param records where the records are asked for; closed with this
     * @param home where scripts/ stands
     * @param folder for SIPp's files
     */
    public ButtonCalls(OperatorClient records, Lines lines, Path home, Path folder) {
        this.records = records;
        this.lines = lines;
        this.scenario = home.resolve("scripts/sipp-scenarios/answered-call");
        this.folder = folder;
    }

    /** False while another call runs. */
    public boolean begin(String number) {
        Call call = new Call(number, Instant.now().minusMillis(CLOCKS_APART_MILLIS), State.DIALING, null);
        Call before = latest.get();
        if ((before != null && before.state() == State.DIALING) || !latest.compareAndSet(before, call)) {
            return false;
        }
        thread.execute(() -> latest.set(dial(call)));
        return true;
    }

    private Call dial(Call call) {
        List<String> injected = List.of(call.number() + ";" + CALLER + ";");
        try (Sipp _ = Sipp.gateway(folder.resolve("button-gateway"), scenario, lines.gateway(), HOLD_MILLIS);
                Sipp carrier = Sipp.carrier(
                        folder.resolve("button-carrier"),
                        new Sipp.Carrier(
                                scenario, lines.sip(), "127.0.0.1:0", injected, 1, 1, HOLD_MILLIS, LONGEST_SECONDS))) {
            Sipp.Outcome outcome = carrier.await(LONGEST_SECONDS + 5);
            return outcome.good() ? call.now(State.OVER, null) : call.now(State.FAILED, outcome.errors());
        } catch (IOException e) {
            return call.now(State.FAILED, e.getMessage());
        }
    }

    /** The latest call with its record as far as it is known; {@code {"state":"none"}} before the first. */
    public JsonNode latest() {
        Call call = latest.get();
        ObjectNode told = JsonMapper.shared().createObjectNode();
        if (call == null) {
            return told.put("state", "none");
        }
        told.put(
                        "state",
                        switch (call.state()) {
                            case DIALING -> "dialing";
                            case OVER -> "over";
                            case FAILED -> "failed";
                        })
                .put("number", call.number())
                .put("error", call.error());
        told.set("record", record(call));
        return told;
    }

    private @Nullable JsonNode record(Call call) {
        try {
            return records.get("/v1/calls?limit=1&promo_number="
                            + URLEncoder.encode(call.number(), StandardCharsets.UTF_8) + "&from=" + call.began())
                    .path("calls")
                    .get(0);
        } catch (CommandException _) {
            // The page asks again.
            return null;
        }
    }

    /** Ends SIPp too, when a call runs. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        records.close();
    }
}
