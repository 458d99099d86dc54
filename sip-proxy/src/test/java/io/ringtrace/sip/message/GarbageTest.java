package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtrace.routing.Transport;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the hot path allocates nothing")
class GarbageTest {
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 10_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final class Shard {
        private final byte[] invite = Messages.bytes(Messages.INVITE.replace(
                "Content-Length: 11\n", "X-Long: " + "y".repeat(1200) + "\nContent-Length: 11\n"));
        private final byte[] ringing = Messages.bytes(Messages.INVITE.replace(
                "INVITE sip:+18005550123@192.0.2.10:5060;user=phone SIP/2.0", "SIP/2.0 180 Ringing"));
        private final SentBy ours = new SentBy(Transport.UDP, "192.0.2.10", 5060);
        private final byte[] branch = "z9hG4bK0123456789".getBytes(StandardCharsets.US_ASCII);
        private final SipParser parser = new SipParser();
        private final SipMessage message = new SipMessage();
        private final SipMessage sent = new SipMessage();
        private final RequestSplice request = new RequestSplice();
        private final ResponseSplice response = new ResponseSplice();
        private final LocalResponse local = new LocalResponse();
        private final KeptMessages kept = new KeptMessages(4);
        private final ByteBuf out = Unpooled.directBuffer(8192);
        private final StringBuilder number = new StringBuilder(64);

        /** One INVITE in, kept, answered 100, forwarded; one 180 passed back; one CANCEL. */
        int call() {
            int written = 0;
            boolean good = parser.parseDatagram(invite, 0, invite.length, message) == null;
            SipMessage copy = kept.keep(message);
            good &= message.requestUri().phoneNumber(number);
            local.begin(copy, 100, "Trying").source("192.0.2.1", 5060).writeTo(out.clear());
            written += out.readableBytes();
            request.begin(copy)
                    .requestUri("sip:+12125550199@203.0.113.5")
                    .source("192.0.2.1", 5060)
                    .via(ours, branch, 0, branch.length)
                    .recordRoute(ours, branch, 0, branch.length)
                    .writeTo(out.clear());
            written += out.readableBytes();
            good &= parser.parseCopy(out, sent) == null;
            LocalRequests.cancel(sent, null, out.clear());
            written += out.readableBytes();
            good &= parser.parseDatagram(ringing, 0, ringing.length, message) == null;
            response.begin(message).writeTo(out.clear());
            kept.giveBack(copy);
            return good ? written + out.readableBytes() : 0;
        }
    }

    @Test
    void parsingSplicingAndAnsweringAnInviteOf2kB() {
        Shard shard = new Shard();
        assertThat(shard.invite.length).isBetween(1900, 2300);
        long thread = Thread.currentThread().threadId();
        long written = 0;
        for (int i = 0; i < WARM_UP; i++) {
            written += shard.call();
        }
        THREADS.getThreadAllocatedBytes(thread);
        long before = THREADS.getThreadAllocatedBytes(thread);
        for (int i = 0; i < MEASURED; i++) {
            written += shard.call();
        }
        long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
        assertThat(written).isPositive();
        // A few hundred bytes belong to the JVM itself (the bean's own call); one byte a call would be 10,000.
        assertThat(allocated).as("bytes over %d calls", MEASURED).isLessThan(1000);
        shard.out.release();
    }
}
