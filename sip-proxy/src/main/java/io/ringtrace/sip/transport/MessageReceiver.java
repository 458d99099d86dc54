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

    /**
     * The beginning of a message that is longer than our bounds, at least its header as far as it has come; its connection is closed after
     * this call, and what is sent by it within the call still leaves.
     */
    default void tooLong(Hop source, byte[] bytes, int offset, int length) {}

    /** The read batch is over: journal its events now; what was sent during the batch leaves right after this call. */
    void batchDone();
}
