package io.ringtrace.routing;

/**
 * How many calls a trunk may bring.
 *
 * @param trunk all of them; further ones get 503
 * @param number those to one dialed number, by whatever trunk they came; further ones of this trunk get 486
 */
public record TrunkLimits(CallLimits trunk, CallLimits number) {
    public static final TrunkLimits NONE = new TrunkLimits(CallLimits.NONE, CallLimits.NONE);
}
