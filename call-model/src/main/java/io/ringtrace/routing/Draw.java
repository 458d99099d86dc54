package io.ringtrace.routing;

/** What chance decides, decided by a call's draw: the same for the same call. */
final class Draw {
    private Draw() {}

    /** The draw's low bits may carry a clock: mixed, so that calls of one moment do not fall together (splitmix64). */
    static long mix(long draw) {
        long mixed = draw + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
