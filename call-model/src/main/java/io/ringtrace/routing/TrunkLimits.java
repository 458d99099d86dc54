package io.ringtrace.routing;

/**
 * How many calls a trunk may bring, and what it is told when they are too many for us.
 *
 * @param trunk all of them; further ones get 503
 * @param number those to one dialed number, by whatever trunk they came; further ones of this trunk get 486
 * @param overload what it is told by overload control, when it offers that
 */
public record TrunkLimits(CallLimits trunk, CallLimits number, OverloadControl overload) {
    public static final TrunkLimits NONE = new TrunkLimits(CallLimits.NONE, CallLimits.NONE);

    public TrunkLimits(CallLimits trunk, CallLimits number) {
        this(trunk, number, OverloadControl.LOSS);
    }
}
