package io.ringtrace.sip.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayName("The kernel's receive queues")
class ReceiveQueuesTest {
    @Test
    void areReadByPortAndTheFullestCounts() {
        String table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
              12: 0100007F:13C4 00000000:0000 07 00000000:00001900 00:00000000 00000000     0        0 4711 2 00 0
              13: 0100007F:13C4 00000000:0000 07 00000000:00002000 00:00000000 00000000     0        0 4712 2 00 0
              14: 0100007F:13C5 00000000:0000 07 00000000:00FF0000 00:00000000 00000000     0        0 4713 2 00 0
              15: 00000000000000000000000001000000:13C6 00000000000000000000000000000000:0000 07 00000000:00000A00 00:0
            """;
        byte[] bytes = table.getBytes(StandardCharsets.US_ASCII);
        assertThat(ReceiveQueues.fullest(bytes, bytes.length, Set.of(5060))).isEqualTo(0x2000);
        assertThat(ReceiveQueues.fullest(bytes, bytes.length, Set.of(5062))).isEqualTo(0xA00);
        assertThat(ReceiveQueues.fullest(bytes, bytes.length, Set.of(1))).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void ofARealSocketFillsUntilSomebodyReads() throws Exception {
        try (DatagramChannel listener =
                        DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                DatagramChannel peer = DatagramChannel.open();
                ReceiveQueues queues = new ReceiveQueues(Set.of(port(listener)))) {
            assertThat(queues.fill()).isZero();
            for (int i = 0; i < 50; i++) {
                peer.send(ByteBuffer.allocate(1000), listener.getLocalAddress());
            }
            assertThat(queues.fill())
                    .as("of a buffer of 200 KB and more")
                    .isGreaterThan(0)
                    .isLessThan(0.5);
            listener.configureBlocking(false);
            ByteBuffer into = ByteBuffer.allocate(2000);
            while (listener.receive(into.clear()) != null) {
                assertThat(into.position()).isEqualTo(1000);
            }
            assertThat(queues.fill()).isLessThan(0.001);
        }
    }

    private static int port(DatagramChannel channel) throws Exception {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
