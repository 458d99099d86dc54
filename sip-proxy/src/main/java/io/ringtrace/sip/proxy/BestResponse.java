package io.ringtrace.sip.proxy;

import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3261 §16.7 steps 6 and 7: which of several branches' final responses the caller hears, and with which challenges. Belongs to one
 * {@link ResponseContext}, which makes it at the first branch that fails.
 */
final class BestResponse {
    private int status;
    private byte @Nullable [] response;
    private @Nullable String reason;
    private boolean challenged;
    /** The challenges of 401 and 407 that are not the best. */
    private final List<byte[]> otherChallenges = new ArrayList<>(0);

    private byte[] ownChallenges = {};

    /** The best status so far; 0 when there is none. */
    int status() {
        return status;
    }

    /** The best response's Reason. */
    @Nullable
    String reason() {
        return reason;
    }

    /** True when the best is a response that came, not one that a branch without an answer counts as. */
    boolean received() {
        return response != null;
    }

    /** A branch ended without a final response and counts as one with that status (§16.7 step 6, §16.9). */
    void addUnanswered(int asStatus) {
        if (betterThanBest(asStatus)) {
            displaceBest();
            status = asStatus;
            response = null;
            reason = null;
        }
    }

    /** True when the response is to be given to {@link #add}: the others need not be copied. */
    boolean wants(SipMessage failure) {
        return betterThanBest(failure.status()) || challenges(failure.status());
    }

    /**
     * A branch brought a final response other than 2xx.
     *
     * @param upstream the same as it would go upstream
     */
    void add(SipMessage failure, byte[] upstream) {
        byte[] challenges = challenges(failure.status()) ? challengesOf(failure) : new byte[0];
        if (betterThanBest(failure.status())) {
            displaceBest();
            status = failure.status();
            response = upstream;
            reason = ResponseContext.reasonOf(failure);
            challenged = challenges(status);
            ownChallenges = challenges;
        } else if (challenges.length > 0) {
            otherChallenges.add(challenges);
        }
    }

    /** What goes upstream; null unless {@link #received}. A 401 or 407 carries the challenges of all of them, so that one answer serves all. */
    byte @Nullable [] upstream() {
        byte[] best = response;
        if (best == null || !challenged || otherChallenges.isEmpty()) {
            return best;
        }
        int length = best.length;
        for (byte[] challenges : otherChallenges) {
            length += challenges.length;
        }
        int fields = endOfFirstLine(best);
        byte[] whole = Arrays.copyOf(best, length);
        int at = fields;
        for (byte[] challenges : otherChallenges) {
            System.arraycopy(challenges, 0, whole, at, challenges.length);
            at += challenges.length;
        }
        System.arraycopy(best, fields, whole, at, best.length - fields);
        return whole;
    }

    /**
     * A 6xx before all others, else the lowest class, and in it what tells the caller what to do. A 503 is never better than another 5xx,
     * because it is not passed on.
     */
    private boolean betterThanBest(int candidate) {
        return status == 0 || rank(candidate) < rank(status);
    }

    private static int rank(int status) {
        int byClass = status >= 600 ? 0 : status / 100;
        return switch (status) {
            case 401, 407, 415, 420, 484 -> byClass * 10;
            // What a gateway says is worth more than our own "nobody answered".
            case 408, 503 -> byClass * 10 + 2;
            default -> byClass * 10 + 1;
        };
    }

    private void displaceBest() {
        if (ownChallenges.length > 0) {
            otherChallenges.add(ownChallenges);
            ownChallenges = new byte[0];
        }
    }

    private static boolean challenges(int status) {
        return status == 401 || status == 407;
    }

    private static byte[] challengesOf(SipMessage failure) {
        byte[] lines = new byte[failure.bodyStart()];
        int at = linesOf(failure, SipHeader.WWW_AUTHENTICATE, lines, 0);
        return Arrays.copyOf(lines, linesOf(failure, SipHeader.PROXY_AUTHENTICATE, lines, at));
    }

    private static int linesOf(SipMessage failure, SipHeader header, byte[] into, int from) {
        int at = from;
        for (int field = failure.first(header); field >= 0; field = failure.next(field)) {
            int line = failure.line(field);
            System.arraycopy(failure.bytes(), failure.offset() + Span.start(line), into, at, Span.length(line));
            at += Span.length(line);
        }
        return at;
    }

    private static int endOfFirstLine(byte[] message) {
        int at = 0;
        while (message[at] != '\n') {
            at++;
        }
        return at + 1;
    }
}
