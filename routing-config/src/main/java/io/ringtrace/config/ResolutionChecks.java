package io.ringtrace.config;

import io.ringtrace.routing.Gateway;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks where gateways' names lead: nowhere is worth a look, for that may change by itself; to ourselves is a loop. */
final class ResolutionChecks {
    private static final String NAME = "a name that leads somewhere";

    private final YamlNode.Mapping tree;
    private final SipConfig sip;
    private final Findings findings;

    ResolutionChecks(YamlNode.Mapping tree, SipConfig sip, Findings findings) {
        this.tree = tree;
        this.sip = sip;
        this.findings = findings;
    }

    void run(GatewayAddresses addresses) {
        List<Gateway> named = new ArrayList<>();
        tree.mapping("gateways").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping gateway
                    && !findings.concern("gateways." + name)
                    && !Formats.isAddress(ConfigBinder.text(gateway, "host"))) {
                named.add(PlanBinder.gateway(name, gateway));
            }
        });
        if (named.isEmpty()) {
            return;
        }
        Map<String, GatewayAddresses.Answer> answers = addresses.of(named);
        for (Gateway gateway : named) {
            switch (answers.get(gateway.name())) {
                case GatewayAddresses.Answer.Found(List<InetSocketAddress> found) -> notOurselves(gateway, found);
                case GatewayAddresses.Answer.Nowhere() ->
                    warn(gateway, "DNS knows no address for it; calls skip this gateway until it does");
                case GatewayAddresses.Answer.Unavailable(String why) ->
                    warn(gateway, "it could not be asked for: " + Finding.printable(why));
                case null -> throw new IllegalStateException("no answer for the gateway " + gateway.name());
            }
        }
    }

    private YamlNode.Scalar host(Gateway gateway) {
        YamlNode entry = tree.mapping("gateways").get(gateway.name());
        if (entry instanceof YamlNode.Mapping mapping && mapping.get("host") instanceof YamlNode.Scalar host) {
            return host;
        }
        throw new IllegalStateException("the gateway " + gateway.name() + " has a host");
    }

    private static String key(Gateway gateway) {
        return "gateways." + gateway.name() + ".host";
    }

    private void warn(Gateway gateway, String why) {
        findings.warn(host(gateway).position(), key(gateway), gateway.host(), NAME, why);
    }

    private void notOurselves(Gateway gateway, List<InetSocketAddress> found) {
        for (InetSocketAddress address : found) {
            for (SipConfig.Listener listener : sip.listeners()) {
                if (listener.port() == address.getPort()
                        && AddressChecks.reaches(address.getAddress(), listener.address())) {
                    findings.addAt(
                            host(gateway),
                            key(gateway),
                            gateway.host(),
                            "a name that does not lead to ourselves",
                            "it leads to " + address.getAddress().getHostAddress() + " port " + address.getPort()
                                    + ", which is our listener, so calls would come back");
                    return;
                }
            }
        }
    }
}
