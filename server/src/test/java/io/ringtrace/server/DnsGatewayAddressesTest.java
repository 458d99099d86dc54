package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.config.Configuration;
import io.ringtrace.config.GatewayAddresses.Answer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

@DisplayName("Where gateways' names lead is asked of the DNS servers of the configuration")
class DnsGatewayAddressesTest {
    @TempDir
    Path folder;

    private DatagramSocket dns;

    /** Knows the address of {@code known.example}, nothing else, and is silent about {@code silent.example}. */
    @BeforeEach
    void start() throws IOException {
        dns = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().name("dns").start(() -> {
            byte[] bytes = new byte[4096];
            while (!dns.isClosed()) {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                try {
                    dns.receive(packet);
                    byte[] answer = answer(new Message(Arrays.copyOf(bytes, packet.getLength())));
                    if (answer.length > 0) {
                        dns.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                    }
                } catch (IOException _) {
                    return;
                }
            }
        });
    }

    @AfterEach
    void stop() {
        dns.close();
    }

    private static byte[] answer(Message question) throws IOException {
        Record asked = question.getQuestion();
        if (asked.getName().toString().contains("silent")) {
            return new byte[0];
        }
        question.getHeader().setFlag(Flags.QR);
        if (!asked.getName().equals(Name.fromString("known.example."))) {
            question.getHeader().setRcode(Rcode.NXDOMAIN);
        } else if (asked.getType() == Type.A) {
            question.addRecord(
                    new ARecord(asked.getName(), DClass.IN, 60, InetAddress.ofLiteral("192.0.2.7")), Section.ANSWER);
        }
        return question.toWire();
    }

    @Test
    void foundUnknownOrNotAnswered() throws IOException {
        Path file = Files.writeString(folder.resolve("ringtrace.yaml"), """
                sip:
                  listeners: [{transport: udp, address: 127.0.0.1, port: 0}]
                  dns: {servers: ["127.0.0.1:%d"], timeout: 100ms}
                gateways:
                  known: {host: known.example, port: 5070}
                  usual-port: {host: known.example}
                  unknown: {host: unknown.example}
                  silent: {host: silent.example, port: 5060}
                """.formatted(dns.getLocalPort()));
        ConfigOutcome outcome = new ConfigLoader(Map.of(), Map.of()).load(file);
        assertThat(outcome).isInstanceOf(ConfigOutcome.Loaded.class);
        Configuration configuration = ((ConfigOutcome.Loaded) outcome).configuration();

        Map<String, Answer> answers = new DnsGatewayAddresses(configuration.sip())
                .of(configuration.plan().gateways().values());

        InetAddress address = InetAddress.ofLiteral("192.0.2.7");
        assertThat(answers)
                .containsEntry("known", new Answer.Found(List.of(new InetSocketAddress(address, 5070))))
                .containsEntry("usual-port", new Answer.Found(List.of(new InetSocketAddress(address, 5060))))
                .containsEntry("unknown", new Answer.Nowhere());
        assertThat(answers.get("silent")).isInstanceOf(Answer.Unavailable.class);
    }
}
