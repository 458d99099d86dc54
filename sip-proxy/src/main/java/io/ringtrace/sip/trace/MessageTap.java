package io.ringtrace.sip.trace;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transport.Hop;

/** Sees every message of a shard that comes and goes, on its thread, and changes nothing. */
public interface MessageTap {
    /** A message has come, readable or not, and is about to be dealt with. */
    void received(SipMessage message, Hop from);

    /** A message is about to leave; its indices stay. */
    void sent(ByteBuf message, Hop to);
}
