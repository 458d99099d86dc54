package io.ringtrace.server.fault;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.SipMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The time of all parties and nodes of a simulation, moved by the one thread that runs it; nodes' threads read it. */
final class SimulatedTime implements PartyTime, LeaseClock, LongSupplier {
    private static final long WALL_AT_START = 1_800_000_000_000L;
    private static final long LONGEST_HEARING_NANOS = 2_000_000_000L;

    private record Due(long millis, long sequence, Runnable work) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(millis, other.millis);
            return byTime == 0 ? Long.compare(sequence, other.sequence) : byTime;
        }
    }

    private final AtomicLong millis = new AtomicLong(5_000);
    private final PriorityQueue<Due> agenda = new PriorityQueue<>();
    private final List<LedgerParty> parties = new ArrayList<>();
    private long sequence;
    /** Sent before the present proxies began, or lost. */
    private long neverReceived;

    /** Time passes at once; then messages go to and fro until nobody has anything left to say. */
    void passes(long step, List<SipProxy> proxies) throws InterruptedException {
        millis.addAndGet(step);
        // Its timers first: they count from its last tick.
        tick(proxies);
        boolean said = true;
        while (said) {
            said = runDue();
            hears(proxies);
            for (LedgerParty party : parties) {
                while (party.hearsOne()) {
                    said = true;
                }
            }
        }
    }

    /** Waits until the proxies have dealt with everything that was sent to them. */
    private void hears(List<SipProxy> proxies) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_HEARING_NANOS;
        while (received(proxies) < sent() - neverReceived && System.nanoTime() < deadline) {
            tick(proxies);
        }
        // What was counted last has been dealt with when the next task runs.
        tick(proxies);
        neverReceived = sent() - received(proxies);
    }

    /** Another proxy takes over, which has received nothing yet. */
    void proxyIsNew() {
        neverReceived = sent();
    }

    private long sent() {
        return parties.stream().mapToLong(LedgerParty::sent).sum();
    }

    private static long received(List<SipProxy> proxies) {
        long received = 0;
        for (SipProxy proxy : proxies) {
            for (SipCounters counters : proxy.counters()) {
                received += counters.read(Count.MALFORMED) + counters.read(Count.BANNED_DROPS);
                for (SipMethod method : SipMethod.values()) {
                    received += counters.requestsReceived(method);
                }
                for (int hundreds = 1; hundreds <= 6; hundreds++) {
                    received += counters.responsesReceived(hundreds);
                }
            }
        }
        return received;
    }

    private static void tick(List<SipProxy> proxies) throws InterruptedException {
        for (SipProxy proxy : proxies) {
            proxy.tick();
        }
    }

    private boolean runDue() {
        boolean any = false;
        for (Due next = agenda.peek(); next != null && next.millis() <= millis.get(); next = agenda.peek()) {
            agenda.remove();
            next.work().run();
            any = true;
        }
        return any;
    }

    @Override
    public long nanos() {
        return millis.get() * 1_000_000;
    }

    @Override
    public void execute(Runnable work) {
        work.run();
    }

    @Override
    public void after(long wait, Runnable work) {
        agenda.add(new Due(millis.get() + wait, sequence++, work));
    }

    @Override
    public void hears(LedgerParty party) {
        try {
            party.neverWaits();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        parties.add(party);
    }

    @Override
    public long getAsLong() {
        return millis.get();
    }

    @Override
    public long nowMillis() {
        return WALL_AT_START + millis.get();
    }

    @Override
    public boolean mayAllocate() {
        return true;
    }

    @Override
    public void close() {
        agenda.clear();
    }
}
