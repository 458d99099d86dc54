package io.ringtrace.sip.proxy;

import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;

/**
 * Timer C, RFC 3261 §16.6 step 11, §16.7 step 2, §16.8: no INVITE waits for its final response for ever. It runs from the first provisional
 * response, timer B before that. Once a CANCEL was sent, the branch has 64 T1 left (§9.1).
 */
final class TimerC extends TimerWheel.Entry {
    private final TransactionLayer transactions;
    private final Runnable whenFired;

    TimerC(TransactionLayer transactions, Runnable whenFired) {
        this.transactions = transactions;
        this.whenFired = whenFired;
    }

    /** A 100 arrived. It starts the timer, but only a 101 to 199 starts it anew (§16.7 step 2). */
    void startOnce() {
        if (!running()) {
            restart();
        }
    }

    /** A 101 to 199 arrived. */
    void restart() {
        transactions.wheel().start(this, transactions.timers().timerC().toMillis());
    }

    /** A CANCEL was sent. */
    void cancelSent() {
        transactions.wheel().start(this, transactions.timers().longestMillis());
    }

    @Override
    protected void fired() {
        whenFired.run();
    }
}
