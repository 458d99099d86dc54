package io.ringtrace.sip.transport;

/** Who sent a message by a reliable transport and wants to hear when that failed (RFC 3261 §18.4). Told on its own shard's thread. */
public interface Sender {
    /** The message did not leave, or its answer cannot come: no connection could be opened, or the one there was broke. */
    void sendFailed();

    /** True while the message is a request that nobody has answered: then the loss of its connection is a failure too. */
    boolean awaitsAnswer();
}
