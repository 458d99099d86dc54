package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the headers of a trunk's calls. Everything else passes as it came.
 *
 * @param callerId who the destination sees calling
 * @param rewriteFrom the caller id goes into From too; it is put back in whatever goes to the caller, and Identity is taken out
 * @param promoNumber how the destination learns which number was dialed
 * @param callData a header that tells the destination about the call; null for none
 * @param stripped names of header fields that are taken out of every message of the call, both ways
 */
public record HeaderRules(
        CallerId callerId,
        boolean rewriteFrom,
        PromoNumberHeader promoNumber,
        @Nullable CallDataHeader callData,
        List<String> stripped) {
    public static final HeaderRules NONE =
            new HeaderRules(new CallerId.Original(), false, PromoNumberHeader.NONE, null, List.of());

    public HeaderRules {
        stripped = List.copyOf(stripped);
        if (rewriteFrom && callerId instanceof CallerId.Original) {
            throw new IllegalArgumentException("the original caller id is in From already");
        }
    }

    /** Who the destination sees calling, in P-Asserted-Identity. */
    public sealed interface CallerId {
        record Original() implements CallerId {}

        /** The number that was dialed. */
        record Promo() implements CallerId {}

        record Fixed(PhoneNumber number) implements CallerId {}

        /** The number to show instead of the caller's; null to leave it. */
        default @Nullable PhoneNumber shown(@Nullable PhoneNumber dialed) {
            return switch (this) {
                case Original _ -> null;
                case Promo _ -> dialed;
                case Fixed(PhoneNumber number) -> number;
            };
        }
    }

    /** The header that carries the promo number. */
    public enum PromoNumberHeader {
        NONE,
        /** RFC 5806. */
        DIVERSION,
        /** RFC 7044. */
        HISTORY_INFO
    }

    /**
     * A header with the call id and chosen marketing fields: User-to-User (RFC 7433), or one whose name begins with {@code X-}.
     *
     * @param mostBytes of its value; what does not fit whole is left out
     * @param fields names of the marketing fields, in the order in which they are put
     */
    public record CallDataHeader(String name, int mostBytes, List<String> fields) {
        public CallDataHeader {
            fields = List.copyOf(fields);
        }

        /** With the call id alone. */
        public CallDataHeader(String name, int mostBytes) {
            this(name, mostBytes, List.of());
        }
    }

    /** True when an INVITE needs more than is done for every call. */
    public boolean changeInvite() {
        return callData != null
                || promoNumber != PromoNumberHeader.NONE
                || !(callerId instanceof CallerId.Original)
                || !stripped.isEmpty();
    }
}
