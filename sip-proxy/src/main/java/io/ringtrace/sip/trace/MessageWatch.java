package io.ringtrace.sip.trace;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.CallId;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipParser;
import io.ringtrace.sip.transport.Hop;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A shard's copies of its messages: to the mirror, when there is one, and to the log those of traced trunks' calls. While nobody wants any, a
 * message costs two comparisons. On the shard's thread.
 */
public final class MessageWatch implements MessageTap {
    private static final Logger LOG = LoggerFactory.getLogger(MessageWatch.class);
    /** Calls whose messages are logged at the same time; beyond it the one followed longest is not any more. */
    private static final int MOST_FOLLOWED = 1_024;

    private final Shared shared;
    private final SipCounters counters;
    private final LongSupplier nowMillis;
    private final Function<Hop, @Nullable Trunk> trunkFrom;
    private final Function<Hop, InetSocketAddress> ourEnd;
    private final SipParser parser = new SipParser();
    private final SipMessage outgoing = new SipMessage();
    private final Map<String, Followed> followed = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Followed> eldest) {
            return size() > MOST_FOLLOWED;
        }
    };

    /**
     * What all shards have in common.
     *
     * @param mirror null where nothing is mirrored
     */
    public record Shared(TraceSwitch traces, @Nullable HepMirror mirror) {}

    private static final class Followed {
        final Trunk trunk;

        @Nullable
        CallId callId;

        Followed(Trunk trunk) {
            this.trunk = trunk;
        }
    }

    /**
     * @param nowMillis Unix milliseconds
     * @param trunkFrom the trunk that a message from there may be of
     * @param ourEnd our own address towards that hop
     */
    public MessageWatch(
            Shared shared,
            SipCounters counters,
            LongSupplier nowMillis,
            Function<Hop, @Nullable Trunk> trunkFrom,
            Function<Hop, InetSocketAddress> ourEnd) {
        this.shared = shared;
        this.counters = counters;
        this.nowMillis = nowMillis;
        this.trunkFrom = trunkFrom;
        this.ourEnd = ourEnd;
    }

    @Override
    public void received(SipMessage message, Hop from) {
        boolean traced = shared.traces().any();
        if (shared.mirror() != null) {
            mirror(copy(message), from, true);
        }
        if (!traced) {
            followed.clear();
            return;
        }
        Followed call = call(message);
        if (call == null && message.isRequest()) {
            Trunk trunk = trunkFrom.apply(from);
            if (trunk != null && shared.traces().traces(trunk)) {
                call = follow(message, trunk);
            }
        }
        if (call != null) {
            log(call, message, from, true, copy(message));
        }
    }

    @Override
    public void sent(ByteBuf message, Hop to) {
        HepMirror mirror = shared.mirror();
        boolean traced = shared.traces().any();
        if (mirror == null && !traced) {
            return;
        }
        byte[] bytes = new byte[message.readableBytes()];
        message.getBytes(message.readerIndex(), bytes);
        if (traced && parser.parseCopy(message, outgoing) == null) {
            Followed call = call(outgoing);
            if (call != null) {
                log(call, outgoing, to, false, bytes.clone());
            }
        }
        if (mirror != null) {
            mirror(bytes, to, false);
        }
    }

    /** A request whose sender its source does not tell has proved to be of that trunk. */
    public void proved(SipMessage request, Hop from, Trunk trunk) {
        if (shared.traces().any() && shared.traces().traces(trunk) && call(request) == null) {
            log(follow(request, trunk), request, from, true, copy(request));
        }
    }

    /** True when what becomes of the trunk's calls belongs into the log. */
    public boolean traces(Trunk trunk) {
        return shared.traces().any() && shared.traces().traces(trunk);
    }

    /** The call of that INVITE has got its id. */
    public void named(SipMessage invite, CallId callId) {
        if (!followed.isEmpty()) {
            Followed call = followed.get(invite.text(invite.callId()));
            if (call != null) {
                call.callId = callId;
            }
        }
    }

    private @Nullable Followed call(SipMessage message) {
        if (followed.isEmpty()) {
            return null;
        }
        Followed call = followed.get(message.text(message.callId()));
        return call != null && shared.traces().traces(call.trunk) ? call : null;
    }

    private Followed follow(SipMessage message, Trunk trunk) {
        Followed call = new Followed(trunk);
        followed.put(message.text(message.callId()), call);
        return call;
    }

    private static void log(Followed call, SipMessage message, Hop peer, boolean received, byte[] bytes) {
        SecretMask.apply(bytes);
        CallId callId = call.callId;
        LoggingEventBuilder line = LOG.atInfo();
        if (callId != null) {
            line = line.addKeyValue("call_id", callId.toString());
        }
        line.addKeyValue("sip_call_id", message.text(message.callId()))
                .addKeyValue("trunk", call.trunk.name())
                .addKeyValue("peer", peer.toString())
                .addKeyValue("direction", received ? "in" : "out")
                .log(received ? "received:\n{}" : "sent:\n{}", indented(bytes));
    }

    /** So that no line of a message can pass for one of the log. */
    private static String indented(byte[] message) {
        StringBuilder text = new StringBuilder(message.length + 256);
        String plain = new String(message, StandardCharsets.UTF_8);
        plain.lines().forEach(line -> {
            text.append("    ");
            line.chars().forEach(c -> text.append(control(c) ? '.' : (char) c));
            text.append('\n');
        });
        return text.toString().stripTrailing();
    }

    private static boolean control(int c) {
        return c == 0x7F || (c < ' ' && c != '\t');
    }

    private static byte[] copy(SipMessage message) {
        byte[] copy = new byte[message.length()];
        System.arraycopy(message.bytes(), message.offset(), copy, 0, copy.length);
        return copy;
    }

    private void mirror(byte[] bytes, Hop peer, boolean received) {
        HepMirror mirror = shared.mirror();
        if (mirror == null) {
            return;
        }
        SecretMask.apply(bytes);
        InetSocketAddress ours = ourEnd.apply(peer);
        HepMirror.Collector collector = mirror.collector();
        byte[] packet = HepPacket.of(
                peer.listener().transport(),
                received ? peer.remote() : ours,
                received ? ours : peer.remote(),
                nowMillis.getAsLong(),
                collector.captureId(),
                collector.password(),
                bytes);
        counters.add(packet.length > 0 && mirror.offer(packet) ? Count.HEP_QUEUED : Count.HEP_DROPPED);
    }
}
