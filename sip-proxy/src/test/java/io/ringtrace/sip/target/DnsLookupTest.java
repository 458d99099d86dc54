package io.ringtrace.sip.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.LoopbackDns;
import io.ringtrace.sip.target.TargetLookup.Answer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 3263 §4, from a name to addresses")
class DnsLookupTest {
    private final LoopbackDns dns = new LoopbackDns();
    private Set<Transport> ours = EnumSet.allOf(Transport.class);

    @AfterEach
    void stop() {
        dns.close();
    }

    private Answer ask(String host, int port, @Nullable Transport transport) throws Exception {
        DnsLookup lookup =
                new DnsLookup(List.of(dns.address()), Duration.ofMillis(300), ours, (by, _) -> ours.contains(by));
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        lookup.lookUp(new NextHop("gw", host, port, transport), answer::complete);
        return answer.get(20, TimeUnit.SECONDS);
    }

    /** The targets in one call's order, such as {@code 192.0.2.1:5060 UDP}. */
    private List<String> found(String host, int port, @Nullable Transport transport) throws Exception {
        return ask(host, port, transport) instanceof Answer.Found(Targets targets, long _)
                ? targets.inOrder().stream().map(Target::toString).toList()
                : List.of();
    }

    @Nested
    @DisplayName("§4.1, the transport")
    class ByNaptr {
        @Test
        void theDomainsOrderDecidesAmongWhatWeSpeak() throws Exception {
            ours = EnumSet.of(Transport.UDP, Transport.TCP);
            dns.has("peer.example.", 60, "NAPTR", "10 50 \"s\" \"SIPS+D2T\" \"\" _sips._tcp.peer.example.")
                    .has("peer.example.", 60, "NAPTR", "30 50 \"s\" \"SIP+D2U\" \"\" _sip._udp.peer.example.")
                    .has("peer.example.", 60, "NAPTR", "20 50 \"s\" \"SIP+D2T\" \"\" _sip._tcp.peer.example.")
                    .has("_sips._tcp.peer.example.", 60, "SRV", "0 1 5061 one.example.")
                    .has("_sip._tcp.peer.example.", 60, "SRV", "0 1 5070 one.example.")
                    .has("_sip._udp.peer.example.", 60, "SRV", "0 1 5080 one.example.")
                    .has("one.example.", 60, "A", "192.0.2.1");
            assertThat(found("peer.example", 0, null)).containsExactly("192.0.2.1:5070 TCP", "192.0.2.1:5080 UDP");
        }

        @Test
        void withoutNaptrTheServicesOfOurTransportsAreAskedFor() throws Exception {
            dns.has("_sip._tcp.peer.example.", 60, "SRV", "0 1 5070 one.example.")
                    .has("one.example.", 60, "A", "192.0.2.1");
            assertThat(found("peer.example", 0, null)).containsExactly("192.0.2.1:5070 TCP");
        }

        @Test
        void withoutAnyServiceItIsUdpAtTheHostItself() throws Exception {
            dns.has("peer.example.", 60, "A", "192.0.2.1");
            assertThat(found("peer.example", 0, null)).containsExactly("192.0.2.1:5060 UDP");
        }

        @Test
        void aWrittenTransportSkipsNaptr() throws Exception {
            dns.has("_sips._tcp.peer.example.", 60, "SRV", "0 1 5071 one.example.")
                    .has("one.example.", 60, "A", "192.0.2.1");
            assertThat(found("peer.example", 0, Transport.TLS)).containsExactly("192.0.2.1:5071 TLS");
            assertThat(dns.asked()).noneMatch(question -> question.endsWith(" NAPTR"));
        }
    }

    @Nested
    @DisplayName("§4.2, port and address")
    class BySrv {
        @Test
        void aWrittenPortSkipsSrv() throws Exception {
            dns.has("_sip._udp.peer.example.", 60, "SRV", "0 1 5070 one.example.")
                    .has("peer.example.", 60, "A", "192.0.2.9");
            assertThat(found("peer.example", 5099, Transport.UDP)).containsExactly("192.0.2.9:5099 UDP");
            assertThat(dns.asked()).noneMatch(question -> question.endsWith(" SRV"));
        }

        @Test
        void hostsAreTriedByPriorityEachAtAllItsAddresses() throws Exception {
            dns.has("_sip._udp.peer.example.", 60, "SRV", "20 1 5060 last.example.")
                    .has("_sip._udp.peer.example.", 60, "SRV", "10 1 5070 first.example.")
                    .has("first.example.", 60, "A", "192.0.2.1")
                    .has("first.example.", 60, "AAAA", "2001:db8::1")
                    .has("last.example.", 60, "A", "192.0.2.3");
            assertThat(found("peer.example", 0, Transport.UDP))
                    .containsExactly("192.0.2.1:5070 UDP", "[2001:db8:0:0:0:0:0:1]:5070 UDP", "192.0.2.3:5060 UDP");
        }

        @Test
        void aHostWithoutAddressLeavesTheOthers() throws Exception {
            dns.has("_sip._udp.peer.example.", 60, "SRV", "10 1 5060 gone.example.")
                    .has("_sip._udp.peer.example.", 60, "SRV", "20 1 5060 one.example.")
                    .has("one.example.", 60, "A", "192.0.2.1");
            assertThat(found("peer.example", 0, Transport.UDP)).containsExactly("192.0.2.1:5060 UDP");
        }

        @Test
        void aServiceThatIsDecidedlyNotThereIsNone() throws Exception {
            dns.has("_sip._udp.peer.example.", 60, "SRV", "0 0 0 .");
            assertThat(ask("peer.example", 0, Transport.UDP)).isEqualTo(new Answer.Nowhere());
        }

        @Test
        void anAliasIsFollowed() throws Exception {
            dns.has("peer.example.", 60, "CNAME", "other.example.").has("other.example.", 60, "A", "192.0.2.4");
            assertThat(found("peer.example", 5060, Transport.UDP)).containsExactly("192.0.2.4:5060 UDP");
        }
    }

    @Test
    void anAnswerLivesAsLongAsItsShortestLivedRecord() throws Exception {
        dns.has("_sip._udp.peer.example.", 300, "SRV", "0 1 5060 one.example.")
                .has("one.example.", 20, "A", "192.0.2.1");
        assertThat(ask("peer.example", 0, Transport.UDP))
                .isInstanceOfSatisfying(
                        Answer.Found.class,
                        found -> assertThat(found.lifetimeMillis()).isEqualTo(20_000));
    }

    @Test
    void aNameThatIsNotThereLeadsNowhere() throws Exception {
        assertThat(ask("nobody.example", 0, null)).isEqualTo(new Answer.Nowhere());
        assertThat(ask("not a name..", 0, null)).isEqualTo(new Answer.Nowhere());
    }

    @Test
    void anAddressThatNoListenerOfOursReachesIsLeftOut() throws Exception {
        ours = EnumSet.of(Transport.TCP);
        dns.has("_sip._udp.peer.example.", 60, "SRV", "0 1 5060 one.example.")
                .has("one.example.", 60, "A", "192.0.2.1");
        assertThat(ask("peer.example", 0, Transport.UDP)).isEqualTo(new Answer.Nowhere());
    }

    @Test
    void aServerThatIsSilentIsUnavailable() throws Exception {
        dns.isSilent(true);
        assertThat(ask("peer.example", 5060, Transport.UDP)).isInstanceOf(Answer.Unavailable.class);
    }

    @Test
    void theHostsFileComesBeforeDns() throws Exception {
        assertThat(found("localhost", 5060, Transport.UDP)).contains("127.0.0.1:5060 UDP");
        assertThat(dns.asked()).noneMatch(question -> question.startsWith("localhost. A "));
    }
}
