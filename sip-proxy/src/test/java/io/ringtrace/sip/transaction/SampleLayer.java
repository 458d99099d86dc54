package io.ringtrace.sip.transaction;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.transport.LocalAddresses;
import io.ringtrace.sip.transport.MessagePort;
import java.util.List;
import java.util.SplittableRandom;

/** The transactions of a shard that is UDP 127.0.0.1:5060 and has neither loop nor clock. */
final class SampleLayer {
    private SampleLayer() {}

    /** @param most transactions of each kind */
    static TransactionLayer of(List<MessagePort> ports, int most) {
        return new TransactionLayer(
                0,
                SipTimers.DEFAULT,
                new TimerWheel(0),
                new SipCounters(),
                ports,
                new ListenerNames(
                        List.of(new ListenerNames.Name(new SentBy(Transport.UDP, "127.0.0.1", 5060), false)),
                        new LocalAddresses(),
                        () -> 0),
                most,
                most,
                new SplittableRandom(1));
    }
}
