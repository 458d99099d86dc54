package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 3261 §18.3, framing by Content-Length")
class StreamFramingTest {
    private static final String FIRST = "OPTIONS sip:a SIP/2.0\r\nContent-Length: 5\r\nTo: b\r\n\r\n12\r\n3";
    private static final String SECOND = "BYE sip:a SIP/2.0\r\nTo: b\r\nl  :\r\n 0\r\n\r\n";
    private final StreamFraming framing = new StreamFraming(32 * 1024, 65_535);
    private final List<String> found = new ArrayList<>();

    private void hears(String text) {
        framing.append(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        while (true) {
            StreamFraming.Found next = framing.next();
            switch (next) {
                case MESSAGE ->
                    found.add(new String(framing.bytes(), framing.offset(), framing.length(), StandardCharsets.UTF_8));
                case PING -> found.add("ping");
                case NOTHING -> {
                    framing.rest();
                    return;
                }
                case TOO_LONG -> {
                    found.add("too long, " + framing.length() + " bytes of header");
                    return;
                }
                case BROKEN -> {
                    found.add("broken");
                    return;
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20, 40, 1000})
    void messagesAreFoundWhateverTheSegments(int segment) {
        String stream = FIRST + SECOND + "\r\n" + FIRST + "\r\n\r\n" + SECOND + FIRST;
        for (int at = 0; at < stream.length(); at += segment) {
            hears(stream.substring(at, Math.min(stream.length(), at + segment)));
        }
        assertThat(found).containsExactly(FIRST, SECOND, FIRST, "ping", SECOND, FIRST);
        assertThat(framing.withinMessage()).isFalse();
    }

    @Test
    void linesEndedByLineFeedAloneAreFoundToo() {
        hears("BYE sip:a SIP/2.0\nContent-Length: 1\n\nxBYE");
        assertThat(found).containsExactly("BYE sip:a SIP/2.0\nContent-Length: 1\n\nx");
        assertThat(framing.withinMessage()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "To: b",
                "Content-Length: ",
                "Content-Length: -1",
                "Content-Length: 1 2",
                "Content-Length: 0\r\nl: 1",
                "Content-Length-Of: 0"
            })
    void withoutOneCredibleLengthTheStreamIsBroken(String field) {
        hears("BYE sip:a SIP/2.0\r\n" + field + "\r\n\r\n");
        assertThat(found).containsExactly("broken");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 65535", "Content-Length: 99999999999"})
    void aMessageBeyondTheBoundsIsToldByItsHeader(String field) {
        String header = "BYE sip:a SIP/2.0\r\n" + field + "\r\n\r\n";
        hears(header + "body");
        assertThat(found).containsExactly("too long, " + header.length() + " bytes of header");
    }

    @Test
    void aHeaderWithoutEndIsTooLong() {
        for (int i = 0; i < 40 && found.isEmpty(); i++) {
            hears("a".repeat(1024));
        }
        assertThat(found).containsExactly("too long, 33792 bytes of header");
    }

    @Test
    @DisplayName("RFC 5626 §4.4.1: two CRLF between messages ask for an answer, one does not")
    void keepAlives() {
        hears("\r\n");
        hears("\r\n");
        hears("\r");
        hears("\n");
        assertThat(found).containsExactly("ping");
        hears("\r\n\r\n\r\n");
        assertThat(found).containsExactly("ping", "ping", "ping");
    }
}
