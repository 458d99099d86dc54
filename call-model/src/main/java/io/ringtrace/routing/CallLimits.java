package io.ringtrace.routing;

/**
 * How many calls something takes.
 *
 * @param callsPerSecond new calls in a second, on the average; as many may come at once. 0 for any number.
 * @param maximumCalls calls at the same time; 0 for any number
 */
public record CallLimits(int callsPerSecond, int maximumCalls) {
    public static final CallLimits NONE = new CallLimits(0, 0);

    public boolean none() {
        return callsPerSecond == 0 && maximumCalls == 0;
    }
}
