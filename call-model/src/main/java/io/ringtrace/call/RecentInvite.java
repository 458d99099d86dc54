package io.ringtrace.call;

/**
 * An INVITE that an earlier run of this node admitted a moment ago: when it comes again, because its caller heard nothing, it joins the
 * record that it has.
 *
 * @param atMillis when it arrived, Unix milliseconds by the lease clock
 * @param heard an 18x or a 2xx was forwarded to the caller
 * @param answered that was a 2xx
 * @param finalStatus the final status other than 2xx that was sent to the caller; 0 without one
 */
public record RecentInvite(
        InviteKey key, CallId callId, long atMillis, boolean heard, boolean answered, int finalStatus) {
    /** No INVITE comes again after this: timer B of its caller, 64 · T1, with as much again for what the network delays. */
    public static final long MEMORY_MILLIS = 64_000;
}
