package io.ringtrace.sip.transport;

/** A shard's ear, called on its loop's thread only. */
public interface MessageReceiver {
    /**
     * One message: a datagram, or what a connection's framing delimits. The bytes belong to the transport and are overwritten after this
     * call.
     *
     * @param port what it came by: the shard's own socket, or its connections, of that listener
     * @param source who sent it
     */
    void received(MessagePort port, Hop source, byte[] bytes, int offset, int length);

    /** The read batch is over: journal its events now; what was sent during the batch leaves right after this call. */
    void batchDone();
}
