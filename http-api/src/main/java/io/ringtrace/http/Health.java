package io.ringtrace.http;

import java.util.List;

/** How the server is. Asked on virtual threads, at each look; the answers come from memory. Thread-safe. */
public interface Health {
    enum State {
        OK,
        /** It works, with something an operator should see. */
        DEGRADED,
        /** It does not do its work. */
        DOWN
    }

    /**
     * @param sentence what is so, for a person; it is shown to everybody, so it names no secrets
     */
    record Check(String name, State state, String sentence) {}

    /** DOWN when only a restart helps. */
    List<Check> live();

    /** DOWN when no calls or leases should be sent here now. */
    List<Check> ready();
}
