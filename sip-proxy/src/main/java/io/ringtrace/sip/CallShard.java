package io.ringtrace.sip;

import io.ringtrace.call.RunningCall;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.ByteHash;
import io.ringtrace.sip.message.Flaw;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipParser;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.proxy.LiveCallView;
import io.ringtrace.sip.proxy.ProxyCore;
import io.ringtrace.sip.transaction.ServerTransaction;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.MessagePort;
import io.ringtrace.sip.transport.MessageReceiver;
import io.ringtrace.sip.transport.ShardLoop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hall that every message enters: one thread, which owns the transactions, response contexts, timers and live calls of the Call-IDs
 * that hash to it, as plain fields. Its loop's thread alone calls it, but for {@link #handOver}, by which other shards' threads give it
 * datagrams that the kernel delivered to them. Nothing here waits.
 */
final class CallShard implements MessageReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(CallShard.class);
    private static final long MILLIS_BETWEEN_FAULT_LOGS = 1_000;
    private static final long CALL_ID_SEED = 0;
    /** This share of the ring is kept for what belongs to calls, as the last eighth of the tables is. */
    private static final int KEPT_SHARE = 8;

    private final ShardLoop loop;
    private final LongSupplier monotonicMillis;
    private final TimerWheel wheel;
    private final TransactionLayer transactions;
    private final ProxyCore core;
    private final FloodGuard guard;
    private final List<MessagePort> watched;
    private final SipCounters counters;
    private final SipParser parser = new SipParser();
    private final SipMessage message = new SipMessage();
    private final MpscAtomicArrayQueue<HandedOver> inbox;
    private final int mostHandedOver;
    private final int mostThatOpenHandedOver;
    private final AtomicBoolean inboxWaits = new AtomicBoolean();
    private List<CallShard> all = List.of();
    private long lastFaultLoggedAt;
    private volatile long tickedAt;

    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record HandedOver(Hop source, byte[] datagram) {}

    /** @param watched whose receive queues tell whether there is more to do than can be done */
    CallShard(
            ShardLoop loop,
            LongSupplier monotonicMillis,
            TimerWheel wheel,
            TransactionLayer transactions,
            ProxyCore core,
            FloodGuard guard,
            List<MessagePort> watched,
            int mostHandedOver) {
        this.loop = loop;
        this.monotonicMillis = monotonicMillis;
        this.wheel = wheel;
        this.transactions = transactions;
        this.core = core;
        this.guard = guard;
        this.watched = watched;
        this.counters = transactions.counters();
        this.mostHandedOver = mostHandedOver;
        this.mostThatOpenHandedOver = mostHandedOver - mostHandedOver / KEPT_SHARE;
        this.inbox = new MpscAtomicArrayQueue<>(mostHandedOver);
        this.tickedAt = monotonicMillis.getAsLong();
        this.lastFaultLoggedAt = tickedAt - MILLIS_BETWEEN_FAULT_LOGS;
    }

    /** All shards of the proxy, by number, this one among them; before the first datagram. */
    void join(List<CallShard> shards) {
        all = shards;
    }

    SipCounters counters() {
        return counters;
    }

    CallTallies tallies() {
        return core.tallies();
    }

    /** Some of the running calls, at most so many. */
    List<LiveCallView> liveCalls(int most) {
        mustBeInLoop();
        return core.liveCalls(most);
    }

    @Override
    public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
        mustBeInLoop();
        if (guard.drops(source.address()) && !core.spares(source)) {
            counters.add(Count.BANNED_DROPS);
            return;
        }
        Flaw flaw = parser.parseDatagram(bytes, offset, length, message);
        if (flaw == Flaw.KEEP_ALIVE) {
            return;
        }
        long callHash = hashOfCallId();
        CallShard owner = flaw == null ? ownerOf(callHash) : this;
        if (owner == this) {
            handle(source, flaw, callHash);
        } else {
            giveTo(owner, source);
        }
    }

    @Override
    public void tooLong(Hop source, byte[] bytes, int offset, int length) {
        mustBeInLoop();
        Flaw flaw = parser.parseDatagram(bytes, offset, length, message);
        if (flaw != Flaw.KEEP_ALIVE && flaw != Flaw.NOT_SIP && message.isRequest()) {
            handle(source, Flaw.TOO_LONG, hashOfCallId());
        }
    }

    @Override
    public void batchDone() {
        core.gauge();
    }

    /** Fires the timers that are due; the loop calls it at every tick. */
    void tick() {
        mustBeInLoop();
        long now = monotonicMillis.getAsLong();
        core.overload().ticked(now);
        tickedAt = now;
        lookAtQueues();
        try {
            wheel.advance(now);
        } catch (RuntimeException e) {
            counters.add(Count.FAULTS);
            logFault("a timer", "", e);
        }
        core.recordWaiting();
        core.gauge();
    }

    private void lookAtQueues() {
        double fullest = 0;
        for (int i = 0; i < watched.size(); i++) {
            fullest = Math.max(fullest, watched.get(i).unread());
        }
        core.overload().unread(fullest);
    }

    /** When its thread last came by, on the monotonic clock; a thread that hangs does not. Any thread may ask. */
    long tickedAt() {
        return tickedAt;
    }

    /** Gives everything back; nothing may be received afterwards. */
    void stop() {
        mustBeInLoop();
        transactions.endAll();
    }

    /** Records what waited for room in the journal; false while something still does. */
    boolean recordWaiting() {
        mustBeInLoop();
        return core.recordWaiting();
    }

    /** Watches an answered call of an earlier run; before the first datagram. */
    void resume(RunningCall call) {
        mustBeInLoop();
        core.resume(call);
    }

    /** Which of so many shards a call of an earlier run belongs to. */
    static int ownerOf(RunningCall call, int shards) {
        byte[] callId = ProxyCore.sipCallId(call);
        return ownerOf(callId, shards);
    }

    /** The number of the shard, of so many, that messages with this Call-ID belong to. */
    static int ownerOf(String callId, int shards) {
        return ownerOf(callId.getBytes(StandardCharsets.US_ASCII), shards);
    }

    private static int ownerOf(byte[] callId, int shards) {
        return ownerOf(ByteHash.hash(CALL_ID_SEED, callId, 0, callId.length), shards);
    }

    private static int ownerOf(long callHash, int shards) {
        return (int) Long.remainderUnsigned(callHash, shards);
    }

    private CallShard ownerOf(long callHash) {
        int count = all.size();
        return count == 1 ? this : all.get(ownerOf(callHash, count));
    }

    /** Of the message at hand; 0 where it has none. */
    private long hashOfCallId() {
        int callId = message.callId();
        return Span.present(callId) ? message.hash(callId, CALL_ID_SEED) : 0;
    }

    private void giveTo(CallShard owner, Hop source) {
        byte[] copy = new byte[message.length()];
        System.arraycopy(message.bytes(), message.offset(), copy, 0, copy.length);
        if (owner.handOver(new HandedOver(source, copy), opens(message))) {
            counters.add(Count.HANDED_OVER);
            return;
        }
        counters.add(Count.HANDOVER_DROPS);
        boolean newInvite = message.method() == SipMethod.INVITE && !Span.present(message.toTag());
        // Over a connection nobody sends it again, so it must be answered.
        boolean lost = source.reliable() && message.method() != SipMethod.ACK;
        if (message.isRequest() && (newInvite || lost)) {
            core.shed(message, source);
        }
    }

    /** False for what belongs to a call or transaction that there is: responses, ACK, CANCEL, and whatever is within a dialog. */
    private static boolean opens(SipMessage message) {
        return message.isRequest()
                && message.method() != SipMethod.ACK
                && message.method() != SipMethod.CANCEL
                && !Span.present(message.toTag());
    }

    /** Takes a datagram from another shard's thread; false when there is no room, which there is less of for one that opens something. */
    private boolean handOver(HandedOver datagram, boolean opens) {
        if ((opens && inbox.size() >= mostThatOpenHandedOver) || !inbox.offer(datagram)) {
            return false;
        }
        if (inboxWaits.compareAndSet(false, true)) {
            loop.execute(this::takeHandedOver);
        }
        return true;
    }

    private void takeHandedOver() {
        mustBeInLoop();
        inboxWaits.set(false);
        core.overload().waiting(inbox.size(), mostHandedOver);
        for (HandedOver next = inbox.poll(); next != null; next = inbox.poll()) {
            Flaw flaw = parser.parseDatagram(next.datagram(), 0, next.datagram().length, message);
            handle(next.source(), flaw, hashOfCallId());
        }
        core.overload().waiting(0, mostHandedOver);
        batchDone();
    }

    /** The last catch: whatever goes wrong, the request is answered and the shard lives on. */
    private void handle(Hop source, @Nullable Flaw flaw, long callHash) {
        loop.serves(callHash == 0 ? 0 : (int) callHash | 1);
        try {
            core.received(message, source);
            if (flaw != null) {
                core.malformed(message, source, flaw.status(), flaw.reason());
            } else if (message.isRequest()) {
                request(source);
            } else {
                response(source);
            }
        } catch (RuntimeException e) {
            counters.add(Count.FAULTS);
            logFault(message.method() + " from " + source, message.text(message.callId()), e);
            if (message.isRequest() && message.method() != SipMethod.ACK) {
                core.fault(message, source);
            }
        } finally {
            loop.serves(0);
        }
    }

    private void request(Hop source) {
        counters.requestReceived(message.method());
        if (message.method() == SipMethod.CANCEL) {
            core.cancel(message, source);
            return;
        }
        ServerTransaction known = transactions.find(message);
        if (known == null || transactions.again(known, message)) {
            core.request(message, source);
        }
    }

    private void response(Hop source) {
        counters.responseReceived(message.status());
        if (!transactions.responded(message, source)) {
            counters.add(Count.STRAY_RESPONSES);
        }
    }

    private void mustBeInLoop() {
        if (!loop.inLoop()) {
            throw new IllegalStateException("shard " + loop.shard() + " was called by "
                    + Thread.currentThread().getName());
        }
    }

    private void logFault(String what, String sipCallId, RuntimeException e) {
        long now = monotonicMillis.getAsLong();
        if (now - lastFaultLoggedAt >= MILLIS_BETWEEN_FAULT_LOGS) {
            lastFaultLoggedAt = now;
            LOG.atError()
                    .addKeyValue("sip_call_id", sipCallId)
                    .setCause(e)
                    .log("Shard {}: {} could not be handled", loop.shard(), what);
        }
    }
}
