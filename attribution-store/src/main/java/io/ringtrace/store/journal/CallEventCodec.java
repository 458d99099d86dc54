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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of call events in a journal: version, type, then the fields in the order of the record; numbers big-endian, text as UTF-8 after
 * a 16-bit length. The codes below are on operators' disks: they may be added to, never changed. Thread-safe.
 */
final class CallEventCodec {
    static final byte VERSION = 4;
    /** A call goes on in one dialog. */
    private static final byte WITH_ONE_DIALOG = 3;
    /** Nor do its answers carry facts of their dialog; all else is the same. */
    private static final byte WITHOUT_DIALOG = 2;
    /** Nor do its beginnings carry the key of their INVITE. */
    private static final byte WITHOUT_INVITE_KEY = 1;

    private static final byte BEGAN = 1;
    private static final byte PROGRESSED = 2;
    private static final byte ANSWERED = 3;
    private static final byte ENDED = 4;
    private static final byte CONTINUED = 5;
    private static final byte CORRECTED = 6;

    /** Version, type, call id, moment: so in every version. */
    private static final int HEAD_BYTES = 26;

    private static final int ABSENT = 0xFFFF;
    /** Keeps an entry within {@link Segment#LARGEST_ENTRY}, whatever a peer sends; longer text is cut. */
    private static final int LONGEST_TEXT = 1024;

    private static final int LONGEST_ATTEMPT_TEXT = 255;
    private static final int MOST_ATTEMPTS = 24;

    private CallEventCodec() {}

    /** Writes at the buffer's position; the buffer has room for {@link Segment#LARGEST_ENTRY}. */
    static void encode(CallEvent event, ByteBuffer to) {
        to.put(VERSION);
        switch (event) {
            case CallEvent.Began began -> {
                head(BEGAN, began, to);
                putText(began.sipCallId(), LONGEST_TEXT, to);
                putText(began.trunk(), LONGEST_TEXT, to);
                putNumber(began.caller(), to);
                putFlag(began.callerWithheld(), to);
                putText(began.dialedText(), LONGEST_TEXT, to);
                putNumber(began.dialed(), to);
                putAttribution(began.attribution(), to);
                putNumber(began.destination(), to);
                putText(began.configVersion(), LONGEST_TEXT, to);
                to.putLong(began.attributionStaleMillis());
                putInviteKey(began.inviteKey(), to);
            }
            case CallEvent.Progressed progressed -> {
                head(PROGRESSED, progressed, to);
                putText(progressed.gateway(), LONGEST_TEXT, to);
                to.putShort((short) progressed.status());
                to.putLong(progressed.sentToGatewayAtMillis());
            }
            case CallEvent.Answered answered -> {
                head(ANSWERED, answered, to);
                putText(answered.gateway(), LONGEST_TEXT, to);
                to.putShort((short) answered.status());
                to.putLong(answered.ringMillis());
                putAttempts(answered.attempts(), to);
                putDialog(answered.dialog(), to);
            }
            case CallEvent.Continued continued -> {
                head(CONTINUED, continued, to);
                to.putLong(continued.answeredAtMillis());
                to.putLong(continued.aliveAtMillis());
                to.put((byte) continued.dialogs().size());
                continued.dialogs().forEach(dialog -> putDialog(dialog, to));
            }
            case CallEvent.Ended ended -> {
                head(ENDED, ended, to);
                to.put(code(ended.reason()));
                to.put(code(ended.by()));
                to.putShort((short) ended.statusSent());
                to.putShort((short) ended.statusGateway());
                putText(ended.reasonHeader(), LONGEST_TEXT, to);
                to.putLong(ended.talkMillis());
                putFlag(ended.durationExact(), to);
                putAttempts(ended.attempts(), to);
            }
            case CallEvent.Corrected corrected -> {
                head(CORRECTED, corrected, to);
                to.put(code(corrected.instead()));
                to.put(code(corrected.reason()));
                to.put(code(corrected.by()));
                putText(corrected.reasonHeader(), LONGEST_TEXT, to);
                to.putLong(corrected.talkMillis());
            }
        }
    }

    /** Throws IllegalArgumentException for what this version does not know, BufferUnderflowException for too few bytes. */
    static CallEvent decode(ByteBuffer from) {
        byte version = from.get();
        if (version < WITHOUT_INVITE_KEY || version > VERSION) {
            throw new IllegalArgumentException("entry version " + version + " is not known here");
        }
        byte type = from.get();
        CallId callId = new CallId(from.getLong(), from.getLong());
        long at = from.getLong();
        return switch (type) {
            case BEGAN ->
                new CallEvent.Began(
                        callId,
                        at,
                        text(from),
                        text(from),
                        number(from),
                        flag(from),
                        text(from),
                        number(from),
                        attribution(from),
                        number(from),
                        text(from),
                        from.getLong(),
                        version == WITHOUT_INVITE_KEY ? null : inviteKey(from));
            case PROGRESSED -> new CallEvent.Progressed(callId, at, text(from), from.getShort(), from.getLong());
            case ANSWERED ->
                new CallEvent.Answered(
                        callId,
                        at,
                        text(from),
                        from.getShort(),
                        from.getLong(),
                        attempts(from),
                        version <= WITHOUT_DIALOG ? null : dialog(from));
            case CONTINUED ->
                new CallEvent.Continued(
                        callId,
                        at,
                        from.getLong(),
                        from.getLong(),
                        dialogs(from, version <= WITH_ONE_DIALOG ? 1 : from.get()));
            case ENDED ->
                new CallEvent.Ended(
                        callId,
                        at,
                        endReason(from.get()),
                        endedBy(from.get()),
                        from.getShort(),
                        from.getShort(),
                        textOrNull(from),
                        from.getLong(),
                        flag(from),
                        attempts(from));
            case CORRECTED ->
                new CallEvent.Corrected(
                        callId,
                        at,
                        endReason(from.get()),
                        endReason(from.get()),
                        endedBy(from.get()),
                        textOrNull(from),
                        from.getLong());
            default -> throw new IllegalArgumentException("entry type " + type + " is not known here");
        };
    }

    /**
     * What stands first in an entry, without the rest: a start reads no more of most of them. Null for what this version does not know, which
     * {@link #decode} refuses too.
     */
    static @Nullable EntryHead head(ByteBuffer entry) {
        if (entry.limit() < HEAD_BYTES || entry.get(0) < WITHOUT_INVITE_KEY || entry.get(0) > VERSION) {
            return null;
        }
        CallId call = new CallId(entry.getLong(2), entry.getLong(10));
        long at = entry.getLong(18);
        return switch (entry.get(1)) {
            case BEGAN -> new EntryHead(call, at, EntryHead.Kind.BEGAN);
            case PROGRESSED -> new EntryHead(call, at, EntryHead.Kind.PROGRESSED);
            case ANSWERED, CONTINUED -> new EntryHead(call, at, EntryHead.Kind.RUNS);
            case ENDED ->
                entry.limit() > HEAD_BYTES
                        ? new EntryHead(
                                call,
                                at,
                                entry.get(HEAD_BYTES) == code(EndReason.INTERRUPTED)
                                        ? EntryHead.Kind.INTERRUPTED
                                        : EntryHead.Kind.ENDED)
                        : null;
            case CORRECTED -> new EntryHead(call, at, EntryHead.Kind.ENDED);
            default -> null;
        };
    }

    private static void head(byte type, CallEvent event, ByteBuffer to) {
        to.put(type);
        to.putLong(event.callId().high());
        to.putLong(event.callId().low());
        to.putLong(event.atMillis());
    }

    private static void putAttribution(AttributionResult attribution, ByteBuffer to) {
        switch (attribution) {
            case AttributionResult.Leased(var lease) -> putLease((byte) 1, lease, to);
            case AttributionResult.Held(var lease) -> putLease((byte) 2, lease, to);
            case AttributionResult.Expired(var lease) -> putLease((byte) 3, lease, to);
            case AttributionResult.Overflow(var pool, var campaign, var destination) ->
                putPool((byte) 4, pool, campaign, destination, to);
            case AttributionResult.NeverLeased(var pool, var campaign, var destination) ->
                putPool((byte) 5, pool, campaign, destination, to);
            case AttributionResult.Resting(var pool, var campaign, var destination) ->
                putPool((byte) 6, pool, campaign, destination, to);
            case AttributionResult.Static(var campaign, var destination) -> {
                to.put((byte) 7);
                putText(campaign, LONGEST_TEXT, to);
                putNumber(destination, to);
            }
            case AttributionResult.Unassigned _ -> to.put((byte) 8);
            case AttributionResult.Unknown _ -> to.put((byte) 9);
            case AttributionResult.StoreUnavailable _ -> to.put((byte) 10);
        }
    }

    private static AttributionResult attribution(ByteBuffer from) {
        byte code = from.get();
        return switch (code) {
            case 1 -> new AttributionResult.Leased(lease(from));
            case 2 -> new AttributionResult.Held(lease(from));
            case 3 -> new AttributionResult.Expired(lease(from));
            case 4 -> new AttributionResult.Overflow(from.getLong(), from.getLong(), presentNumber(from));
            case 5 -> new AttributionResult.NeverLeased(from.getLong(), from.getLong(), presentNumber(from));
            case 6 -> new AttributionResult.Resting(from.getLong(), from.getLong(), presentNumber(from));
            case 7 -> new AttributionResult.Static(text(from), presentNumber(from));
            case 8 -> AttributionResult.UNASSIGNED;
            case 9 -> AttributionResult.UNKNOWN;
            case 10 -> AttributionResult.STORE_UNAVAILABLE;
            default -> throw new IllegalArgumentException("attribution " + code + " is not known here");
        };
    }

    private static void putLease(byte code, Lease lease, ByteBuffer to) {
        to.put(code);
        putNumber(lease.number(), to);
        to.putLong(lease.version());
        to.putLong(lease.poolId());
        to.putLong(lease.campaignId());
        putText(lease.visitorId(), LONGEST_TEXT, to);
        putNumber(lease.destination(), to);
        to.putLong(lease.leasedAt());
        to.putLong(lease.presentedAt());
        to.putLong(lease.guaranteedUntil());
        to.putLong(lease.heldUntil());
    }

    private static Lease lease(ByteBuffer from) {
        return new Lease(
                presentNumber(from),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                textOrNull(from),
                presentNumber(from),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong());
    }

    private static void putPool(byte code, long pool, long campaign, PhoneNumber destination, ByteBuffer to) {
        to.put(code);
        to.putLong(pool);
        to.putLong(campaign);
        putNumber(destination, to);
    }

    /** The last attempts are the ones that tell how a call ended, so those are kept when there are too many. */
    private static void putAttempts(List<GatewayAttempt> attempts, ByteBuffer to) {
        int from = Math.max(0, attempts.size() - MOST_ATTEMPTS);
        to.put((byte) (attempts.size() - from));
        for (int i = from; i < attempts.size(); i++) {
            GatewayAttempt attempt = attempts.get(i);
            putText(attempt.gateway(), LONGEST_ATTEMPT_TEXT, to);
            to.putLong(attempt.sentAtMillis());
            to.putLong(attempt.first18xAtMillis());
            to.putShort((short) attempt.status());
            putText(attempt.reason(), LONGEST_ATTEMPT_TEXT, to);
            putText(attempt.abandoned(), LONGEST_ATTEMPT_TEXT, to);
        }
    }

    private static List<GatewayAttempt> attempts(ByteBuffer from) {
        int count = from.get();
        List<GatewayAttempt> attempts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            attempts.add(new GatewayAttempt(
                    text(from), from.getLong(), from.getLong(), from.getShort(), textOrNull(from), textOrNull(from)));
        }
        return attempts;
    }

    private static void putNumber(@Nullable PhoneNumber number, ByteBuffer to) {
        to.putLong(number == null ? 0 : number.digits());
    }

    private static @Nullable PhoneNumber number(ByteBuffer from) {
        long digits = from.getLong();
        return digits == 0 ? null : new PhoneNumber(digits);
    }

    private static PhoneNumber presentNumber(ByteBuffer from) {
        return new PhoneNumber(from.getLong());
    }

    private static void putInviteKey(@Nullable InviteKey key, ByteBuffer to) {
        putFlag(key != null, to);
        if (key != null) {
            to.putLong(key.transaction());
            to.putLong(key.call());
        }
    }

    private static @Nullable InviteKey inviteKey(ByteBuffer from) {
        return flag(from) ? new InviteKey(from.getLong(), from.getLong()) : null;
    }

    private static void putDialog(@Nullable DialogFacts dialog, ByteBuffer to) {
        to.putShort((short) (dialog == null ? ABSENT : dialog.bytes().length));
        if (dialog != null) {
            to.put(dialog.bytes());
        }
    }

    private static @Nullable DialogFacts dialog(ByteBuffer from) {
        byte[] bytes = bytesOrNull(from);
        return bytes == null ? null : new DialogFacts(bytes);
    }

    private static List<DialogFacts> dialogs(ByteBuffer from, int count) {
        List<DialogFacts> dialogs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DialogFacts dialog = dialog(from);
            if (dialog == null) {
                throw new IllegalArgumentException("the facts of a dialog are missing");
            }
            dialogs.add(dialog);
        }
        return dialogs;
    }

    private static void putFlag(boolean flag, ByteBuffer to) {
        to.put((byte) (flag ? 1 : 0));
    }

    private static boolean flag(ByteBuffer from) {
        return from.get() != 0;
    }

    private static void putText(@Nullable String text, int longest, ByteBuffer to) {
        if (text == null) {
            to.putShort((short) ABSENT);
            return;
        }
        int at = to.position();
        to.putShort((short) 0);
        int length = Math.min(text.length(), longest);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                to.position(at + 2);
                putWideText(text, longest, to);
                break;
            }
            to.put((byte) c);
        }
        to.putShort(at, (short) (to.position() - at - 2));
    }

    private static void putWideText(String text, int longest, ByteBuffer to) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, longest);
        while (length < bytes.length && (bytes[length] & 0xC0) == 0x80) {
            length--; // not in the middle of a character
        }
        to.put(bytes, 0, length);
    }

    private static String text(ByteBuffer from) {
        String text = textOrNull(from);
        if (text == null) {
            throw new IllegalArgumentException("a text is missing");
        }
        return text;
    }

    private static @Nullable String textOrNull(ByteBuffer from) {
        byte[] bytes = bytesOrNull(from);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] bytesOrNull(ByteBuffer from) {
        int length = from.getShort() & 0xFFFF;
        if (length == ABSENT) {
            return null;
        }
        if (length > from.remaining()) {
            throw new IllegalArgumentException(
                    "a text of " + length + " bytes where " + from.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static byte code(EndReason reason) {
        return switch (reason) {
            case CALLER_HANGUP -> 1;
            case DESTINATION_HANGUP -> 2;
            case DESTINATION_BUSY -> 3;
            case DESTINATION_NO_ANSWER -> 4;
            case DESTINATION_NOT_IN_SERVICE -> 5;
            case DESTINATION_DECLINED -> 6;
            case DESTINATION_ERROR -> 7;
            case REDIRECTED -> 8;
            case CALLER_CANCELLED -> 9;
            case UNKNOWN_PROMO_NUMBER -> 10;
            case BLOCKED_CALLER -> 11;
            case REFUSED -> 12;
            case MAX_DURATION -> 13;
            case LOST -> 14;
            case INTERRUPTED -> 15;
        };
    }

    private static EndReason endReason(byte code) {
        for (EndReason reason : EndReason.values()) {
            if (code(reason) == code) {
                return reason;
            }
        }
        throw new IllegalArgumentException("end reason " + code + " is not known here");
    }

    private static byte code(EndedBy by) {
        return switch (by) {
            case CALLER -> 1;
            case DESTINATION -> 2;
            case RINGTRACE -> 3;
        };
    }

    private static EndedBy endedBy(byte code) {
        return switch (code) {
            case 1 -> EndedBy.CALLER;
            case 2 -> EndedBy.DESTINATION;
            case 3 -> EndedBy.RINGTRACE;
            default -> throw new IllegalArgumentException("ended by " + code + " is not known here");
        };
    }
}
