package io.ringtrace.http.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.IpNetwork;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Where a request comes from")
class SourceTest {
    private static final List<IpNetwork> PROXIES = List.of(IpNetwork.parse("10.0.0.0/8"), IpNetwork.parse("::1"));

    private static String of(String remote, String... forwardedFor) {
        return Source.address(Source.of(remote, List.of(forwardedFor), PROXIES));
    }

    @Test
    void isTheConnectionsAddressUnlessItIsAProxyOfOurs() {
        assertThat(of("203.0.113.9", "198.51.100.1")).isEqualTo("203.0.113.9/32");
        assertThat(of("10.0.0.1", "198.51.100.1")).isEqualTo("198.51.100.1/32");
        assertThat(of("::1", "198.51.100.1")).isEqualTo("198.51.100.1/32");
        assertThat(Source.address(Source.of("10.0.0.1", List.of("198.51.100.1"), List.of())))
                .isEqualTo("10.0.0.1/32");
    }

    @Test
    void isTheLastHopThatIsNoProxyOfOursBecauseTheVisitorWritesTheOthers() {
        assertThat(of("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2")).isEqualTo("198.51.100.1/32");
        assertThat(of("10.0.0.1", "192.0.2.66", "198.51.100.1")).isEqualTo("198.51.100.1/32");
        assertThat(of("10.0.0.1", "10.0.0.3,10.0.0.2")).isEqualTo("10.0.0.3/32");
    }

    @Test
    void isTheProxyWhenItSaysNothingReadable() {
        assertThat(of("10.0.0.1")).isEqualTo("10.0.0.1/32");
        assertThat(of("10.0.0.1", "unknown")).isEqualTo("10.0.0.1/32");
        assertThat(of("10.0.0.1", "visitor.example.org")).isEqualTo("10.0.0.1/32");
        assertThat(of("10.0.0.1", "")).isEqualTo("10.0.0.1/32");
    }

    @Test
    void isOneNetworkForAllOfACustomersAddresses() {
        assertThat(Source.network(InetAddress.ofLiteral("203.0.113.9"))).isEqualTo("203.0.113.0/24");
        assertThat(Source.network(InetAddress.ofLiteral("2001:db8:1:2:3:4:5:6")))
                .isEqualTo(Source.network(InetAddress.ofLiteral("2001:db8:1:2::1")))
                .isNotEqualTo(Source.network(InetAddress.ofLiteral("2001:db8:1:3::1")));
        assertThat(Source.address(InetAddress.ofLiteral("2001:db8:1:2:3:4:5:6")))
                .endsWith("/64");
        assertThat(Source.network(null)).isEmpty();
    }
}
