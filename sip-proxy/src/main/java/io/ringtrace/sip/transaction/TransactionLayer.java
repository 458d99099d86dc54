package io.ringtrace.sip.transaction;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.InviteKey;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.ByteHash;
import io.ringtrace.sip.message.KeptMessages;
import io.ringtrace.sip.message.LocalRequests;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipParser;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.message.Via;
import io.ringtrace.sip.trace.MessageTap;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.MessagePort;
import io.ringtrace.sip.transport.Sender;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A shard's transactions (RFC 3261 §17): finds the one that a message belongs to and makes new ones. A plain field of the shard, used by
 * its thread alone.
 */
public final class TransactionLayer {
    /** Most bytes of a UDP payload over IPv4; an IPv6 one is 20 longer. */
    private static final int LONGEST_DATAGRAM = 65_507;

    /** RFC 3261 §18.1.1: a longer one may be lost to fragmentation. */
    private static final int LONG_DATAGRAM = 1300;

    private static final int IDLE_MESSAGES = 4096;
    private static final long LASTING_SEED = 1;
    private static final int ROOM_FOR_OWN_FIELDS = 256;
    private final int shard;
    private final SipTimers timers;
    private final TimerWheel wheel;
    private final SipCounters counters;
    private final List<MessagePort> ports;
    private final ListenerNames names;
    private final TransactionTable servers;
    private final ClientTransactionSlots clients;
    private final TransactionIdentity identity;
    private final RandomGenerator random;
    private final KeptMessages keptMessages = new KeptMessages(IDLE_MESSAGES);
    private final SipParser parser = new SipParser();
    private final SipMessage sentInvite = new SipMessage();
    private @Nullable MessageTap tap;
    private final byte[] branch = new byte[BranchParameter.LENGTH];

    /**
     * @param ports the shard's ways of sending, by the index of their listener
     * @param names how these listeners name themselves
     * @param mostServers most server transactions
     * @param mostClients most client transactions
     */
    public TransactionLayer(
            int shard,
            SipTimers timers,
            TimerWheel wheel,
            SipCounters counters,
            List<MessagePort> ports,
            ListenerNames names,
            int mostServers,
            int mostClients,
            RandomGenerator random) {
        this.shard = shard;
        this.timers = timers;
        this.wheel = wheel;
        this.counters = counters;
        this.ports = List.copyOf(ports);
        this.names = names;
        this.servers = new TransactionTable(mostServers);
        this.clients = new ClientTransactionSlots(mostClients);
        this.random = random;
        this.identity = new TransactionIdentity(random.nextLong(), random.nextLong());
    }

    /** Shows every message to the tap from now on, just before it leaves. */
    public void seenBy(MessageTap seer) {
        tap = seer;
    }

    /** Our own address on the way to that hop. */
    public InetSocketAddress ourEnd(Hop hop) {
        return names.ourEnd(hop);
    }

    public TimerWheel wheel() {
        return wheel;
    }

    public SipTimers timers() {
        return timers;
    }

    public SipCounters counters() {
        return counters;
    }

    /** How we name ourselves towards that hop. */
    public SentBy sentBy(Hop hop) {
        return names.of(hop);
    }

    /** True when no new call may have transactions: the last eighth is kept for the calls that run. To be asked before any state is made. */
    public boolean fullForCalls() {
        return servers.nearlyFull() || clients.nearlyFull();
    }

    /** True when nothing new may have a transaction. To be asked before any state is made. */
    public boolean full() {
        return servers.full() || clients.full();
    }

    public int serverTransactions() {
        return servers.size();
    }

    public int clientTransactions() {
        return clients.size();
    }

    /** The transaction that the request belongs to, being its retransmission or its ACK; null for a new one. */
    public @Nullable ServerTransaction find(SipMessage request) {
        identity.of(request);
        return servers.find(identity);
    }

    /** By which an INVITE's retransmission is known to a later run of the program. */
    public InviteKey lastingKey(SipMessage invite) {
        identity.of(invite);
        long call = invite.hash(invite.fromTag(), invite.hash(invite.callId(), LASTING_SEED));
        return new InviteKey(identity.lastingKey(), ByteHash.hash(call, invite.cseqNumber()));
    }

    /** The INVITE's transaction that a CANCEL is for (§9.2). */
    public @Nullable InviteServerTransaction findCancelled(SipMessage cancel) {
        identity.of(cancel, SipMethod.INVITE);
        return servers.find(identity) instanceof InviteServerTransaction invite ? invite : null;
    }

    /**
     * Gives a request that arrived again, or an ACK, to its transaction.
     *
     * @return true for the ACK to a 2xx, which the core forwards
     */
    public boolean again(ServerTransaction transaction, SipMessage request) {
        if (request.method() == SipMethod.ACK) {
            return transaction instanceof InviteServerTransaction invite && invite.acknowledged();
        }
        counters.add(Count.RETRANSMISSIONS_RECEIVED);
        transaction.requestAgain();
        return false;
    }

    /** A transaction for a new INVITE; the message is copied. */
    public InviteServerTransaction newInviteServer(SipMessage request, Hop source) {
        identity.of(request);
        InviteServerTransaction transaction =
                new InviteServerTransaction(this, identity, keptMessages.keep(request), source);
        servers.add(transaction);
        return transaction;
    }

    /** A transaction for a new request other than INVITE and ACK; the message is copied. */
    public NonInviteServerTransaction newNonInviteServer(SipMessage request, Hop source) {
        identity.of(request);
        NonInviteServerTransaction transaction =
                new NonInviteServerTransaction(this, identity, keptMessages.keep(request), source);
        servers.add(transaction);
        return transaction;
    }

    /** A client transaction for an INVITE to be sent by {@link InviteClientTransaction#begin}; null when all slots are taken. */
    public @Nullable InviteClientTransaction newInviteClient(Hop to, ClientTransactionUser user) {
        int slot = clients.take(random.nextInt());
        if (slot == ClientTransactionSlots.NONE) {
            return null;
        }
        InviteClientTransaction transaction = new InviteClientTransaction(this, to, slot, user);
        clients.put(slot, transaction);
        return transaction;
    }

    /** A client transaction for any other request; null when all slots are taken. */
    public @Nullable NonInviteClientTransaction newNonInviteClient(
            Hop to, SipMethod method, ClientTransactionUser user) {
        int slot = clients.take(random.nextInt());
        if (slot == ClientTransactionSlots.NONE) {
            return null;
        }
        NonInviteClientTransaction transaction = new NonInviteClientTransaction(this, to, slot, method, user);
        clients.put(slot, transaction);
        return transaction;
    }

    /** The branch that names the transaction; its array is reused by the next call. */
    public byte[] branchOf(ClientTransaction transaction, int loopHash) {
        int slot = transaction.slot();
        BranchParameter.write(branch, 0, shard, slot, clients.generation(slot), clients.random(slot), loopHash);
        return branch;
    }

    /** A branch for a request that is forwarded without a transaction (an ACK to a 2xx); its array is reused by the next call. */
    public byte[] branchWithoutTransaction(int loopHash) {
        BranchParameter.write(
                branch, 0, shard, BranchParameter.MOST_SLOTS - 1, random.nextInt(), random.nextInt(), loopHash);
        return branch;
    }

    /** Gives a response to the transaction that its topmost Via names; false when there is none (§18.1.2, RFC 6026 §7.3: it is dropped). */
    public boolean responded(SipMessage response, Hop source) {
        Via via = response.topVia();
        int from = response.offset() + Span.start(via.branch());
        if (!Span.present(via.branch())
                || !BranchParameter.ours(response.bytes(), from, from + Span.length(via.branch()))
                || BranchParameter.shard(response.bytes(), from) != shard
                || !names.put(response, via, source)) {
            return false;
        }
        ClientTransaction transaction = clients.find(
                BranchParameter.slot(response.bytes(), from),
                BranchParameter.generation(response.bytes(), from),
                BranchParameter.random(response.bytes(), from));
        if (transaction == null || !transaction.takes(response)) {
            return false;
        }
        transaction.responded(response);
        return true;
    }

    /** An empty buffer for a message to that hop. */
    public ByteBuf buffer(Hop to, int capacity) {
        return ports.get(to.listener().index()).buffer(capacity);
    }

    /** Runs the task, later and on this thread, when the peer's host says that nobody listens at its port. */
    public void whenRefused(Hop to, Runnable task) {
        ports.get(to.listener().index()).whenRefused(to, task);
    }

    /** True when a message of that length is too long for any transport. */
    public static boolean tooLong(int length) {
        return length > LONGEST_DATAGRAM;
    }

    /** Sends a message of no transaction, and takes over one reference of it; what becomes of it is nobody's concern. */
    public void send(ByteBuf message, Hop to) {
        boolean _ = send(message, to, null, true);
    }

    /** As {@link #send(ByteBuf, Hop)}, for a message that may leave with the next one. */
    public void sendUnhurried(ByteBuf message, Hop to) {
        boolean _ = send(message, to, null, false);
    }

    /**
     * Sends a message and takes over one reference of it; false when it is too long to be sent.
     *
     * @param sender hears of a failure that shows later
     * @param hurried false when nobody waits for it
     */
    boolean send(ByteBuf message, Hop to, @Nullable Sender sender, boolean hurried) {
        MessageTap seeing = tap;
        if (seeing != null) {
            seeing.sent(message, to);
        }
        int length = message.readableBytes();
        if (length > LONG_DATAGRAM) {
            if (tooLong(length)) {
                message.release();
                return false;
            } else if (!to.reliable()) {
                counters.add(Count.LONG_DATAGRAMS);
            }
        }
        MessagePort port = ports.get(to.listener().index());
        if (hurried) {
            port.send(message, to, sender);
        } else {
            port.sendUnhurried(message, to, sender);
        }
        return true;
    }

    /** Ends every transaction without a word, giving its buffers back: the shard stops. */
    public void endAll() {
        servers.endAll();
        clients.endAll();
    }

    ByteBuf cancelOf(ByteBuf invite, Hop to, @Nullable String reason) {
        parser.parseCopy(invite, sentInvite);
        ByteBuf cancel = buffer(to, invite.readableBytes() + ROOM_FOR_OWN_FIELDS);
        LocalRequests.cancel(sentInvite, reason, cancel);
        return cancel;
    }

    ByteBuf ackOf(ByteBuf invite, SipMessage response, Hop to) {
        parser.parseCopy(invite, sentInvite);
        ByteBuf ack = buffer(to, invite.readableBytes() + ROOM_FOR_OWN_FIELDS);
        LocalRequests.ack(sentInvite, response, ack);
        return ack;
    }

    void giveBack(SipMessage request) {
        keptMessages.giveBack(request);
    }

    void remove(ServerTransaction transaction) {
        servers.remove(transaction);
    }

    void release(int slot) {
        clients.release(slot);
    }
}
