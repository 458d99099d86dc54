package io.ringtrace.sip.message;

/** Buffer sizes that kept messages take, so that a reused buffer fits the next one of its kind too. */
final class BufferSizes {
    private static final int SMALLEST = 64;

    private BufferSizes() {}

    /** The size that holds that many: a power of two or one and a half of one, at least 64. */
    static int fitting(int needed) {
        if (needed <= SMALLEST) {
            return SMALLEST;
        }
        int power = Integer.highestOneBit(needed - 1);
        int half = power + power / 2;
        return needed <= half ? half : power * 2;
    }
}
