package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;
import java.nio.ByteBuffer;
import java.util.Base64;

/** An event as a journal has it, in letters that a line of text can hold (Base64, RFC 4648): it can be read again from there. */
public final class EncodedEvent {
    private EncodedEvent() {}

    public static String of(CallEvent event) {
        ByteBuffer bytes = ByteBuffer.allocate(Segment.LARGEST_ENTRY);
        CallEventCodec.encode(event, bytes);
        return of(bytes.flip());
    }

    /** An entry's body, whether this version understands it or not. */
    static String of(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Throws IllegalArgumentException for what is no event that this version knows. */
    public static CallEvent decode(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        try {
            return CallEventCodec.decode(ByteBuffer.wrap(bytes));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("no event that this version knows: " + e.getMessage(), e);
        }
    }
}
