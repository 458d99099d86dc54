package io.ringtrace.routing;

import java.util.Map;

/**
 * Where the named parts of a plan stand in the operator's files, such as {@code ringtrace.yaml:12}. Routes and static numbers know it
 * themselves.
 */
public record PlanSources(Map<String, String> trunks, Map<String, String> gateways) {
    public static final PlanSources NONE = new PlanSources(Map.of(), Map.of());

    public PlanSources {
        trunks = Map.copyOf(trunks);
        gateways = Map.copyOf(gateways);
    }

    /** Empty when it is not known. */
    public String ofTrunk(Trunk trunk) {
        return trunks.getOrDefault(trunk.name(), "");
    }

    /** Empty when it is not known. */
    public String ofGateway(Gateway gateway) {
        return gateways.getOrDefault(gateway.name(), "");
    }
}
