package io.ringtrace.sip.proxy;

import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Hop;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** RFC 3261 §16.10 and §9: a CANCEL is answered here, hop by hop, and every branch that may still ring is cancelled by one of our own. */
final class CancelForwarding {
    private static final int LONGEST_REASON = 512;
    /** What a folded value has in it. */
    private static final Pattern LINE_END = Pattern.compile("[\\r\\n]+");

    private final TransactionLayer transactions;
    private final LocalAnswers answers;

    CancelForwarding(TransactionLayer transactions, LocalAnswers answers) {
        this.transactions = transactions;
        this.answers = answers;
    }

    /** True when it is for an INVITE that came from the same address, whoever that is by now. */
    boolean cancelsInviteOf(SipMessage cancel, Hop source) {
        InviteServerTransaction invite = transactions.findCancelled(cancel);
        return invite != null && invite.source().address().equals(source.address());
    }

    /**
     * Answers a CANCEL and tells the INVITE's transaction, which it has no effect on once that has its final response. A CANCEL for nothing
     * that we know gets 481 instead of being forwarded without state: every INVITE that we forward has a transaction.
     */
    void received(SipMessage cancel, Hop source) {
        InviteServerTransaction invite = transactions.findCancelled(cancel);
        if (invite == null) {
            answers.refuse(cancel, source, Refusal.NO_TRANSACTION);
            return;
        }
        answers.answer(cancel, source, 200, "OK", null, null);
        // A proxy passes the reason on (RFC 3326 §2): phones show "answered elsewhere" by it.
        invite.cancelled(reasonOf(cancel));
    }

    /** All Reason values as one line; null when there is none, or more than anybody can mean. */
    private static @Nullable String reasonOf(SipMessage cancel) {
        StringBuilder reasons = new StringBuilder();
        for (int field = cancel.first(SipHeader.REASON); field >= 0; field = cancel.next(field)) {
            reasons.append(reasons.isEmpty() ? "" : ", ").append(cancel.text(cancel.value(field)));
        }
        return reasons.isEmpty() || reasons.length() > LONGEST_REASON
                ? null
                : LINE_END.matcher(reasons).replaceAll("");
    }

    /** Cancels all branches but one, which is null to cancel all. */
    static void cancelPending(List<Branch> branches, @Nullable Branch but, @Nullable String reasonHeader) {
        for (int i = 0; i < branches.size(); i++) {
            Branch branch = branches.get(i);
            if (branch != but && !branch.finished()) {
                branch.cancel(reasonHeader);
            }
        }
    }
}
