package io.ringtrace.call;

import java.util.List;

/**
 * An answered call that an earlier run of this node did not see the end of: it may still run, and is to be watched again.
 *
 * @param answeredAtMillis Unix milliseconds by the lease clock
 * @param aliveAtMillis its last proof of life that the journal knows of
 * @param dialogs what is known of the dialogs of its legs; at least one
 */
public record RunningCall(CallId callId, long answeredAtMillis, long aliveAtMillis, List<DialogFacts> dialogs) {
    public RunningCall {
        dialogs = List.copyOf(dialogs);
    }
}
