package io.ringtrace.attribution;

/**
 * How a RingPool finds its size by itself.
 *
 * @param on whether it does; else it grows on demand up to its {@code max_pool_size}
 * @param maxSize most numbers while it does, the overflow number included
 * @param overflowGoal the share of visitors who may go without a number of their own, 0 to 1
 * @param misattributionGoal the share of calls ten minutes after the presentation that may reach another visitor's attribution, 0 to 1
 */
public record Autoscaling(boolean on, int maxSize, double overflowGoal, double misattributionGoal) {
    public static final Autoscaling OFF = new Autoscaling(false, 2, 0.01, 0.01);
}
