package io.ringtrace.sip.target;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.target.TargetLookup.Answer.Found;
import io.ringtrace.sip.target.TargetLookup.Answer.Nowhere;
import io.ringtrace.sip.target.TargetLookup.Answer.Unavailable;
import io.ringtrace.sip.transport.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.NAPTRRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/**
 * RFC 3263 §4 by DNS: NAPTR says by which transport, SRV at which hosts and ports, A and AAAA at which addresses; a written transport or port
 * leaves the steps before it out. Asynchronous, on dnsjava's own threads; asks the hosts file before DNS. Any thread.
 */
public final class DnsLookup implements TargetLookup {
    private static final int MOST_RECORDS = 16;
    private static final long SHORTEST_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 24 * 3600 * 1000L;
    /** In this order when NAPTR says nothing: RFC 3263 §4.1 leaves UDP as what a {@code sip:} URI means. */
    private static final List<Transport> PREFERENCE = List.of(Transport.UDP, Transport.TCP, Transport.TLS);

    private final LookupSession dns;
    private final BiPredicate<Transport, InetAddress> reachable;
    private final List<Transport> transports;
    /** What is used where neither URI nor DNS names one. */
    private final Transport usual;

    /** What was found so far; the lifetime is that of the shortest-lived record. */
    private record Part(Targets targets, long lifetimeMillis) {
        static final Part NOTHING = new Part(Targets.NONE, LONGEST_MILLIS);

        boolean nothing() {
            return targets.all().isEmpty();
        }

        Part then(Part other) {
            return new Part(targets.then(other.targets), Math.min(lifetimeMillis, other.lifetimeMillis));
        }
    }

    /** The addresses of one host. */
    private record HostAddresses(List<InetAddress> addresses, long lifetimeMillis) {}

    /**
     * @param servers whom to ask; empty for those of the machine's resolv.conf
     * @param timeout how long one server may take over one answer
     * @param transports those of our listeners
     * @param reachable whether one of our listeners can reach that address by that transport
     */
    public DnsLookup(
            List<InetSocketAddress> servers,
            Duration timeout,
            Set<Transport> transports,
            BiPredicate<Transport, InetAddress> reachable) {
        List<InetSocketAddress> asked =
                servers.isEmpty() ? ResolverConfig.getCurrentConfig().servers() : servers;
        List<Resolver> resolvers = new ArrayList<>();
        for (InetSocketAddress server : asked) {
            SimpleResolver resolver = new SimpleResolver(server);
            resolver.setTimeout(timeout);
            resolvers.add(resolver);
        }
        ExtendedResolver all = new ExtendedResolver(resolvers);
        all.setRetries(2);
        all.setTimeout(timeout.multipliedBy(2));
        dns = LookupSession.defaultBuilder().clearCaches().resolver(all).build();
        this.transports = PREFERENCE.stream().filter(transports::contains).toList();
        this.usual = this.transports.isEmpty() ? Transport.UDP : this.transports.getFirst();
        this.reachable = reachable;
    }

    @Override
    public void lookUp(NextHop nextHop, Consumer<Answer> whenKnown) {
        CompletionStage<Part> found;
        try {
            found = steps(nextHop, Name.fromString(nextHop.host()));
        } catch (TextParseException _) {
            whenKnown.accept(new Nowhere());
            return;
        }
        CompletionStage<Answer> answer = found.handle((part, error) -> {
            if (error != null) {
                return new Unavailable(String.valueOf(cause(error).getMessage()));
            }
            return part.nothing() ? new Nowhere() : new Found(part.targets(), part.lifetimeMillis());
        });
        CompletionStage<Void> _ = answer.thenAccept(whenKnown);
    }

    private CompletionStage<Part> steps(NextHop nextHop, Name host) throws TextParseException {
        Transport written = nextHop.transport();
        if (nextHop.port() > 0) {
            return hostAlone(nextHop, host, written == null ? usual : written);
        } else if (written != null) {
            return services(nextHop, service(written, host), written)
                    .thenCompose(part -> part.nothing() ? hostAlone(nextHop, host, written) : done(part));
        }
        List<Name> services = new ArrayList<>();
        for (Transport transport : transports) {
            services.add(service(transport, host));
        }
        return records(host, Type.NAPTR)
                .thenCompose(records -> byNaptr(nextHop, records))
                .thenCompose(part -> part.nothing()
                        ? inTurn(transports, i -> services(nextHop, services.get(i), transports.get(i)))
                        : done(part))
                .thenCompose(part -> part.nothing() ? hostAlone(nextHop, host, usual) : done(part));
    }

    /** §4.1: the services that we speak, in the domain's order. */
    private CompletionStage<Part> byNaptr(NextHop nextHop, List<Record> records) {
        List<NAPTRRecord> usable = records.stream()
                .map(NAPTRRecord.class::cast)
                .filter(naptr -> transportOf(naptr) != null && transports.contains(transportOf(naptr)))
                .filter(naptr -> naptr.getFlags().equalsIgnoreCase("s"))
                .sorted(Comparator.comparingInt(NAPTRRecord::getOrder).thenComparingInt(NAPTRRecord::getPreference))
                .toList();
        List<Transport> by = usable.stream().map(DnsLookup::transportOf).toList();
        return inTurn(by, i -> services(nextHop, usable.get(i).getReplacement(), by.get(i)))
                .thenApply(part -> new Part(part.targets(), Math.min(part.lifetimeMillis(), lifetime(usable))));
    }

    private static @Nullable Transport transportOf(NAPTRRecord naptr) {
        return switch (naptr.getService().toUpperCase(Locale.ROOT)) {
            case "SIP+D2U" -> Transport.UDP;
            case "SIP+D2T" -> Transport.TCP;
            case "SIPS+D2T" -> Transport.TLS;
            default -> null;
        };
    }

    private static Name service(Transport transport, Name host) throws TextParseException {
        String labels = switch (transport) {
            case UDP -> "_sip._udp";
            case TCP -> "_sip._tcp";
            case TLS -> "_sips._tcp";
        };
        return Name.fromString(labels + "." + host);
    }

    /** §4.2: the hosts of an SRV record set with their addresses, grouped by priority. */
    private CompletionStage<Part> services(NextHop nextHop, Name service, Transport transport) {
        return records(service, Type.SRV).thenCompose(records -> {
            List<SRVRecord> hosts = records.stream()
                    .map(SRVRecord.class::cast)
                    .filter(srv -> !srv.getTarget().equals(Name.root))
                    .toList();
            List<CompletableFuture<HostAddresses>> found = hosts.stream()
                    .map(srv -> addresses(srv.getTarget(), transport)
                            // One host that cannot be asked for leaves the others.
                            .exceptionally(_ -> new HostAddresses(List.of(), SHORTEST_MILLIS))
                            .toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new))
                    .thenApply(_ -> byPriority(nextHop, hosts, found, transport));
        });
    }

    private static Part byPriority(
            NextHop nextHop, List<SRVRecord> hosts, List<CompletableFuture<HostAddresses>> found, Transport transport) {
        Map<Integer, List<Targets.Host>> groups = new TreeMap<>();
        long lifetime = lifetime(hosts);
        for (int i = 0; i < hosts.size(); i++) {
            SRVRecord srv = hosts.get(i);
            HostAddresses addresses = found.get(i).join();
            if (!addresses.addresses().isEmpty()) {
                lifetime = Math.min(lifetime, addresses.lifetimeMillis());
                groups.computeIfAbsent(srv.getPriority(), _ -> new ArrayList<>())
                        .add(new Targets.Host(
                                srv.getWeight(), targets(nextHop, addresses.addresses(), srv.getPort(), transport)));
            }
        }
        return new Part(new Targets(List.copyOf(groups.values())), lifetime);
    }

    private CompletionStage<Part> hostAlone(NextHop nextHop, Name host, Transport transport) {
        return addresses(host, transport)
                .thenApply(found -> found.addresses().isEmpty()
                        ? Part.NOTHING
                        : new Part(
                                new Targets(List.of(List.of(new Targets.Host(
                                        0,
                                        targets(nextHop, found.addresses(), nextHop.portFor(transport), transport))))),
                                found.lifetimeMillis()));
    }

    private static List<Target> targets(NextHop nextHop, List<InetAddress> addresses, int port, Transport transport) {
        return addresses.stream()
                .map(address -> new Target(nextHop.gateway(), nextHop.host(), address, port, transport))
                .toList();
    }

    /** IPv4 before IPv6. When only one of the two could be asked for, it serves alone. */
    private CompletionStage<HostAddresses> addresses(Name host, Transport transport) {
        CompletableFuture<List<Record>> four = records(host, Type.A).toCompletableFuture();
        CompletableFuture<List<Record>> six = records(host, Type.AAAA).toCompletableFuture();
        return CompletableFuture.allOf(four, six).handle((_, error) -> {
            if (four.isCompletedExceptionally() && six.isCompletedExceptionally()) {
                throw new CompletionException(cause(error));
            }
            List<Record> records = new ArrayList<>();
            if (!four.isCompletedExceptionally()) {
                records.addAll(four.join());
            }
            if (!six.isCompletedExceptionally()) {
                records.addAll(six.join());
            }
            List<InetAddress> addresses = records.stream()
                    .map(r -> r instanceof ARecord a ? a.getAddress() : ((AAAARecord) r).getAddress())
                    .map(DnsLookup::withoutName)
                    .filter(address -> reachable.test(transport, address))
                    .toList();
            return new HostAddresses(addresses, lifetime(records));
        });
    }

    private static InetAddress withoutName(InetAddress named) {
        return InetAddress.ofLiteral(Addresses.text(named));
    }

    /** One after another, because the answers' order is theirs. */
    private static CompletionStage<Part> inTurn(List<Transport> by, Function<Integer, CompletionStage<Part>> step) {
        CompletionStage<Part> all = done(Part.NOTHING);
        for (int i = 0; i < by.size(); i++) {
            int at = i;
            all = all.thenCompose(before -> step.apply(at).thenApply(before::then));
        }
        return all;
    }

    private static CompletionStage<Part> done(Part part) {
        return CompletableFuture.completedFuture(part);
    }

    /** The records of that name and type; none when there are none, exceptionally when nobody could be asked. */
    private CompletionStage<List<Record>> records(Name name, int type) {
        return dns.lookupAsync(name, type).handle((result, error) -> {
            if (error == null) {
                return result.getRecords().stream()
                        .filter(r -> r.getType() == type)
                        .limit(MOST_RECORDS)
                        .toList();
            }
            Throwable cause = cause(error);
            if (cause instanceof NoSuchDomainException || cause instanceof NoSuchRRSetException) {
                return List.of();
            }
            throw new CompletionException(cause);
        });
    }

    private static Throwable cause(Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static long lifetime(List<? extends Record> records) {
        return records.stream()
                .mapToLong(r -> Math.clamp(r.getTTL() * 1000, SHORTEST_MILLIS, LONGEST_MILLIS))
                .min()
                .orElse(LONGEST_MILLIS);
    }
}
