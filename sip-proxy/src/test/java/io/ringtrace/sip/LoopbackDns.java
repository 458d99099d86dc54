package io.ringtrace.sip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A real DNS server on loopback, by UDP, that knows what a test tells it. */
public final class LoopbackDns implements AutoCloseable {
    private final DatagramSocket socket;
    private final Map<String, List<Record>> records = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean silent;
    private final Queue<DatagramPacket> heldBack = new ArrayDeque<>();
    private boolean holds;

    public LoopbackDns() {
        try {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::serve);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** One record more, such as {@code "gw.example.", 60, "A", "192.0.2.1"}. */
    public LoopbackDns has(String name, long ttl, String type, String value) throws IOException {
        Name owner = Name.fromString(name);
        int number = Type.value(type);
        records.computeIfAbsent(name + " " + number, _ -> new CopyOnWriteArrayList<>())
                .add(Record.fromString(owner, number, DClass.IN, ttl, value, Name.root));
        return this;
    }

    public void forgets(String name, String type) {
        records.remove(name + " " + Type.value(type));
    }

    /** Answers nothing any more, or answers again. */
    public void isSilent(boolean now) {
        silent = now;
    }

    /** From now on answers wait until they are let go. */
    public void holdsBack() {
        synchronized (heldBack) {
            holds = true;
        }
    }

    public void letsGo() throws IOException {
        synchronized (heldBack) {
            holds = false;
            for (DatagramPacket next = heldBack.poll(); next != null; next = heldBack.poll()) {
                socket.send(next);
            }
        }
    }

    private void sends(DatagramPacket answer) throws IOException {
        synchronized (heldBack) {
            if (holds) {
                heldBack.add(answer);
            } else {
                socket.send(answer);
            }
        }
    }

    /** Names and types in the order in which they were asked for, such as {@code gw.example. SRV}. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private void serve() {
        byte[] bytes = new byte[4096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                socket.receive(packet);
                Message query = new Message(Arrays.copyOf(bytes, packet.getLength()));
                String name = query.getQuestion().getName().toString();
                asked.add(name + " " + Type.string(query.getQuestion().getType()));
                if (!silent) {
                    byte[] answer = answer(query, name).toWire();
                    sends(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException _) {
            // closed
        }
    }

    private Message answer(Message query, String name) {
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(query.getQuestion(), Section.QUESTION);
        int type = query.getQuestion().getType();
        String owner = name;
        for (Record alias : of(name, Type.CNAME)) {
            answer.addRecord(alias, Section.ANSWER);
            owner = ((CNAMERecord) alias).getTarget().toString();
        }
        of(owner, type).forEach(record -> answer.addRecord(record, Section.ANSWER));
        boolean exists = records.keySet().stream().anyMatch(key -> key.startsWith(name + " "));
        answer.getHeader().setRcode(exists ? Rcode.NOERROR : Rcode.NXDOMAIN);
        return answer;
    }

    private List<Record> of(String name, int type) {
        return records.getOrDefault(name + " " + type, List.of());
    }

    @Override
    public void close() {
        socket.close();
    }
}
