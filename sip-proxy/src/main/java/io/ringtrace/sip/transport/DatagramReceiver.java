package io.ringtrace.sip.transport;

/** A shard's ear, called on its loop's thread only. */
public interface DatagramReceiver {
    /**
     * One datagram. The bytes belong to the transport and are overwritten after this call.
     *
     * @param port the shard's own socket it came by
     * @param source who sent it
     */
    void received(DatagramPort port, Hop source, byte[] bytes, int offset, int length);

    /** The read batch is over: journal its events now; what was sent during the batch leaves right after this call. */
    void batchDone();
}
