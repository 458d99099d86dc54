package io.ringtrace.call;

/**
 * An answered call that an earlier run of this node did not see the end of: it may still run, and is to be watched again.
 *
 * @param answeredAtMillis Unix milliseconds by the lease clock
 * @param aliveAtMillis its last proof of life that the journal knows of
 * @param dialog what is known of its dialog
 */
public record RunningCall(CallId callId, long answeredAtMillis, long aliveAtMillis, DialogFacts dialog) {}
