package io.ringtrace.sip.target;

import java.util.function.Consumer;

/** Finds out where a name leads, without making its caller wait. Any thread. */
public interface TargetLookup {
    /** What became of a look-up. */
    sealed interface Answer {
        /** @param lifetimeMillis how long this may be used */
        record Found(Targets targets, long lifetimeMillis) implements Answer {}

        /** The name leads nowhere, or nowhere that our listeners can reach. */
        record Nowhere() implements Answer {}

        /** Nobody could be asked. */
        record Unavailable(String why) implements Answer {}
    }

    /** Asks; the answer comes once, on any thread, within this call or later. */
    void lookUp(NextHop nextHop, Consumer<Answer> whenKnown);
}
