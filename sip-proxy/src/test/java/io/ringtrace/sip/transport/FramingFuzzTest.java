package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Any bytes at all as a stream: whatever its segments, the same messages are found. Runs as ParserFuzzTest does. */
class FramingFuzzTest {
    private static List<String> found(byte[] stream, int segment) {
        StreamFraming framing = new StreamFraming();
        List<String> found = new ArrayList<>();
        for (int at = 0; at < stream.length; at += segment) {
            framing.append(Unpooled.wrappedBuffer(stream, at, Math.min(segment, stream.length - at)));
            StreamFraming.Found next = framing.next();
            while (next != StreamFraming.Found.NOTHING) {
                if (next == StreamFraming.Found.BROKEN) {
                    found.add("broken");
                    return found;
                }
                found.add(
                        next == StreamFraming.Found.PING
                                ? "ping"
                                : new String(
                                        framing.bytes(),
                                        framing.offset(),
                                        framing.length(),
                                        StandardCharsets.ISO_8859_1));
                next = framing.next();
            }
            framing.rest();
        }
        return found;
    }

    @FuzzTest(maxDuration = "5m")
    void segmentsMakeNoDifference(byte[] stream) {
        if (stream.length == 0 || stream.length > 16_384) {
            return;
        }
        int segment = 1 + (stream[0] & 0x1F);
        assertThat(found(stream, segment)).isEqualTo(found(stream, stream.length));
    }
}
