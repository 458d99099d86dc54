package io.ringtrace.store.sizing;

/** Erlang's loss formula: the share of visitors who find every number guaranteed to somebody else. Stateless. */
public final class ErlangB {
    private ErlangB() {}

    /** @param load numbers that would be guaranteed at once, had everybody one: visitors in a time × how long each is guaranteed one */
    public static double blocked(double load, int numbers) {
        double blocked = 1;
        for (int k = 1; k <= numbers; k++) {
            blocked = next(load, k, blocked);
        }
        return blocked;
    }

    /** The smallest number of them with which at most this share is blocked; at most {@code most}. */
    static int numbers(double load, double goal, int most) {
        double blocked = 1;
        int k = 0;
        while (blocked > goal && k < most) {
            k++;
            blocked = next(load, k, blocked);
        }
        return k;
    }

    private static double next(double load, int k, double blocked) {
        return load * blocked / (k + load * blocked);
    }
}
