package io.ringtrace.store.journal;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.DialogFacts;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.InviteKey;
import io.ringtrace.call.PhoneNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Call events by a seeded draw, each case of each type among them. */
public final class SampleEvents {
    public static final long NOON = 1_800_000_000_000L;

    private final Random random;

    public SampleEvents(long seed) {
        this.random = new Random(seed);
    }

    public CallId callId() {
        return callId(NOON);
    }

    /** Of a call whose INVITE arrived then. */
    public CallId callId(long atMillis) {
        return new CallId(atMillis << 16 | random.nextInt(0x10000), random.nextLong());
    }

    public CallEvent.Began began(CallId id, AttributionResult attribution) {
        return new CallEvent.Began(
                id,
                NOON + random.nextInt(1000),
                text(120),
                "acme-east",
                maybe(number()),
                random.nextBoolean(),
                text(20),
                maybe(number()),
                attribution,
                maybe(number()),
                "v" + random.nextInt(10),
                random.nextInt(3) * 1000L,
                maybe(new InviteKey(random.nextLong(), random.nextLong())));
    }

    /** As that one, of another moment and of a directory that was so old. */
    public static CallEvent.Began at(CallEvent.Began began, long atMillis, long attributionStaleMillis) {
        return new CallEvent.Began(
                began.callId(),
                atMillis,
                began.sipCallId(),
                began.trunk(),
                began.caller(),
                began.callerWithheld(),
                began.dialedText(),
                began.dialed(),
                began.attribution(),
                began.destination(),
                began.configVersion(),
                attributionStaleMillis,
                began.inviteKey());
    }

    public CallEvent.Progressed progressed(CallId id) {
        return new CallEvent.Progressed(
                id, NOON + 1000 + random.nextInt(1000), gateway(), 180 + random.nextInt(4), NOON + 900);
    }

    public CallEvent.Answered answered(CallId id) {
        return new CallEvent.Answered(
                id,
                NOON + 2000 + random.nextInt(1000),
                gateway(),
                200,
                random.nextInt(5000),
                attempts(),
                maybe(dialog()));
    }

    public CallEvent.Continued continued(CallId id) {
        List<DialogFacts> dialogs = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            dialogs.add(dialog());
        }
        return new CallEvent.Continued(id, NOON + 4000, NOON + 2000, NOON + 3000, dialogs);
    }

    public CallEvent.Ended ended(CallId id, EndReason reason) {
        return new CallEvent.Ended(
                id,
                NOON + 10_000 + random.nextInt(1000),
                reason,
                drawn(List.of(EndedBy.values())),
                random.nextInt(2) * 486,
                random.nextInt(2) * 486,
                maybe("Q.850;cause=16;text=\"" + text(10) + "\""),
                random.nextInt(5) == 0 ? -1 : random.nextInt(100_000),
                random.nextBoolean(),
                random.nextBoolean() ? attempts() : List.of());
    }

    /** A BYE's; a correction by what was seen before would be none. */
    public CallEvent.Corrected corrected(CallId id) {
        boolean byCaller = random.nextBoolean();
        return new CallEvent.Corrected(
                id,
                NOON + 20_000 + random.nextInt(1000),
                random.nextBoolean() ? EndReason.LOST : EndReason.MAX_DURATION,
                byCaller ? EndReason.CALLER_HANGUP : EndReason.DESTINATION_HANGUP,
                byCaller ? EndedBy.CALLER : EndedBy.DESTINATION,
                maybe(text(30)),
                random.nextInt(100_000));
    }

    public EndReason endReason() {
        return drawn(List.of(EndReason.values()));
    }

    public List<AttributionResult> everyAttribution() {
        return List.of(
                new AttributionResult.Leased(lease()),
                new AttributionResult.Held(lease()),
                new AttributionResult.Expired(lease()),
                new AttributionResult.Overflow(random.nextInt(100) + 1, random.nextInt(100) + 1, number()),
                new AttributionResult.NeverLeased(random.nextInt(100) + 1, random.nextInt(100) + 1, number()),
                new AttributionResult.Resting(random.nextInt(100) + 1, random.nextInt(100) + 1, number()),
                new AttributionResult.Static(text(20), number()),
                AttributionResult.UNASSIGNED,
                AttributionResult.UNKNOWN,
                AttributionResult.STORE_UNAVAILABLE);
    }

    public AttributionResult attribution() {
        return drawn(everyAttribution());
    }

    public CallEvent event() {
        CallId id = callId();
        return switch (random.nextInt(6)) {
            case 0 -> began(id, attribution());
            case 1 -> progressed(id);
            case 2 -> answered(id);
            case 3 -> continued(id);
            case 4 -> corrected(id);
            default -> ended(id, endReason());
        };
    }

    public Lease lease() {
        return new Lease(
                number(),
                random.nextInt(1000) + 1,
                random.nextInt(100) + 1,
                random.nextInt(100) + 1,
                maybe("visitor-" + random.nextInt(1000)),
                number(),
                NOON - 5000,
                NOON - 1000,
                NOON + 299_000,
                NOON + 259_200_000);
    }

    public PhoneNumber number() {
        return new PhoneNumber(18_005_550_100L + random.nextInt(100));
    }

    public DialogFacts dialog() {
        byte[] bytes = new byte[random.nextInt(900)];
        random.nextBytes(bytes);
        return new DialogFacts(bytes);
    }

    private List<GatewayAttempt> attempts() {
        List<GatewayAttempt> attempts = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            attempts.add(new GatewayAttempt(
                    gateway(),
                    NOON + 900,
                    maybe("x") == null ? 0 : NOON + 1000,
                    503,
                    maybe(text(30)),
                    maybe(text(30))));
        }
        return attempts;
    }

    private String gateway() {
        return "gateway-" + random.nextInt(3);
    }

    /** Letters of one to four bytes in UTF-8. */
    private String text(int longest) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(longest + 1); i > 0; i--) {
            text.appendCodePoint(
                    switch (random.nextInt(20)) {
                        case 0 -> 0xE9;
                        case 1 -> 0x20AC;
                        case 2 -> 0x1F4DE;
                        default -> ' ' + random.nextInt(95);
                    });
        }
        return text.toString();
    }

    private <T> T drawn(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private <T> @Nullable T maybe(T value) {
        return random.nextInt(4) == 0 ? null : value;
    }
}
