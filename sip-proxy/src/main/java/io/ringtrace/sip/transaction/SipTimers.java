package io.ringtrace.sip.transaction;

import java.time.Duration;

/**
 * The values that RFC 3261's timers are computed from (table 4 of §17). Immutable.
 *
 * @param t1 estimate of the round-trip time
 * @param t2 longest interval between retransmissions of a non-INVITE request or an INVITE's final response
 * @param t4 longest time that a message stays in the network
 * @param trying how long an INVITE may stay without any response before it gets a 100 (§17.2.1): at most 200 ms, zero for none
 * @param timerC how long a branch may stay without a final response; more than three minutes (§16.6 step 11)
 */
public record SipTimers(Duration t1, Duration t2, Duration t4, Duration trying, Duration timerC) {
    private static final long LONGEST_TRYING_MILLIS = 200;

    public static final SipTimers DEFAULT = new SipTimers(
            Duration.ofMillis(500),
            Duration.ofSeconds(4),
            Duration.ofSeconds(5),
            Duration.ofMillis(100),
            Duration.ofSeconds(185));

    public SipTimers {
        if (t1.toMillis() < TimerWheel.TICK_MILLIS || t2.compareTo(t1) < 0) {
            throw new IllegalArgumentException("T1 must be at least " + TimerWheel.TICK_MILLIS
                    + " ms and T2 no less than T1, not T1 " + t1 + ", T2 " + t2);
        }
        if (trying.isNegative() || trying.toMillis() > LONGEST_TRYING_MILLIS) {
            throw new IllegalArgumentException(
                    "an INVITE gets its 100 within " + LONGEST_TRYING_MILLIS + " ms, not " + trying);
        }
    }

    /** The same, with another wait for the 100. */
    public SipTimers withTrying(Duration after) {
        return new SipTimers(t1, t2, t4, after, timerC);
    }

    /** How long the timer runs when it is started for the first time, in milliseconds. */
    public long first(Timer timer) {
        return switch (timer) {
            case TIMER_A, TIMER_E, TIMER_G -> t1.toMillis();
            case TIMER_B, TIMER_D, TIMER_F, TIMER_H, TIMER_J, TIMER_L, TIMER_M -> longestMillis();
            case TIMER_I, TIMER_K -> t4.toMillis();
        };
    }

    /** How long a request or its answer may come again: 64 T1, in milliseconds. */
    public long longestMillis() {
        return 64 * t1.toMillis();
    }

    /** How long it takes until timer E of a request's sender is set to T2 (RFC 4320 §4.1), in milliseconds. */
    public long untilTrying() {
        long interval = t1.toMillis();
        long passed = interval;
        while (2 * interval < t2.toMillis()) {
            interval *= 2;
            passed += interval;
        }
        return passed;
    }

    /** How long a retransmission timer runs after an interval of that length. */
    public long afterInterval(Timer timer, long intervalMillis) {
        return switch (timer) {
            case TIMER_A -> 2 * intervalMillis;
            case TIMER_E, TIMER_G -> Math.min(2 * intervalMillis, t2.toMillis());
            case TIMER_B, TIMER_D, TIMER_F, TIMER_H, TIMER_I, TIMER_J, TIMER_K, TIMER_L, TIMER_M -> intervalMillis;
        };
    }
}
