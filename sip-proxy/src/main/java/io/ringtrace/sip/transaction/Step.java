package io.ringtrace.sip.transaction;

import java.util.List;

/**
 * A transition: the next state, and what is to be done, in order. Each transition of a machine is made once, as a constant, so that a step
 * costs no garbage.
 */
public record Step<S extends Enum<S>>(S next, List<Action> actions) {
    public Step {
        actions = List.copyOf(actions);
    }

    static <S extends Enum<S>> Step<S> to(S next, Action... actions) {
        return new Step<>(next, List.of(actions));
    }
}
