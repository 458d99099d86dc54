package io.ringtrace.routing;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trunks by the networks that their requests come from. IPv4, nearly every request, is one table look-up for each prefix length in use;
 * IPv6 is a scan. Immutable, thread-safe.
 */
final class SourceNetworks {
    private final int[] ipv4Lengths;
    private final List<LongTable<Trunk>> ipv4Tables;
    private final List<Owned> ipv6;

    private record Owned(IpNetwork network, Trunk trunk) {}

    /** Throws IllegalArgumentException when a network stands twice. */
    SourceNetworks(List<Trunk> trunks) {
        Map<IpNetwork, Trunk> owners = new LinkedHashMap<>();
        for (Trunk trunk : trunks) {
            for (IpNetwork network : trunk.sourceNetworks()) {
                Trunk other = owners.putIfAbsent(network, trunk);
                if (other != null) {
                    throw new IllegalArgumentException("source network " + network + " stands twice: in trunk "
                            + other.name() + " and in trunk " + trunk.name());
                }
            }
        }
        List<Owned> narrowestFirst = new ArrayList<>();
        owners.forEach((network, trunk) -> narrowestFirst.add(new Owned(network, trunk)));
        narrowestFirst.sort(
                Comparator.comparingInt((Owned o) -> o.network().prefixLength()).reversed());
        ipv6 = narrowestFirst.stream().filter(o -> bytes(o).length == 16).toList();

        Map<Integer, Map<Long, Trunk>> byLength = new LinkedHashMap<>();
        for (Owned owned : narrowestFirst) {
            if (bytes(owned).length == 4) {
                int length = owned.network().prefixLength();
                byLength.computeIfAbsent(length, _ -> new HashMap<>())
                        .put(key(ipv4(bytes(owned)), length), owned.trunk());
            }
        }
        ipv4Lengths = byLength.keySet().stream().mapToInt(Integer::intValue).toArray();
        List<LongTable<Trunk>> tables = new ArrayList<>();
        byLength.values().forEach(table -> tables.add(new LongTable<>(table)));
        ipv4Tables = List.copyOf(tables);
    }

    /** The trunk whose narrowest network has this address; null for a stranger. */
    @Nullable
    Trunk owner(InetAddress source) {
        byte[] address = source.getAddress();
        if (address.length == 4) {
            int bits = ipv4(address);
            for (int i = 0; i < ipv4Lengths.length; i++) {
                Trunk trunk = ipv4Tables.get(i).get(key(bits, ipv4Lengths[i]));
                if (trunk != null) {
                    return trunk;
                }
            }
            return null;
        }
        for (int i = 0; i < ipv6.size(); i++) {
            if (ipv6.get(i).network().contains(source)) {
                return ipv6.get(i).trunk();
            }
        }
        return null;
    }

    private static byte[] bytes(Owned owned) {
        return owned.network().address().getAddress();
    }

    private static int ipv4(byte[] address) {
        return ((address[0] & 0xFF) << 24)
                | ((address[1] & 0xFF) << 16)
                | ((address[2] & 0xFF) << 8)
                | (address[3] & 0xFF);
    }

    /** The network part, with a one before it, for keys are above 0. */
    private static long key(int bits, int length) {
        return ((bits & 0xFFFF_FFFFL) >>> (32 - length)) | (1L << 32);
    }
}
