package io.ringtrace.sip.transaction;

/** What a machine asks for; the shard carries it out. */
public sealed interface Action {
    /** Send the message that came with the input, and keep it for retransmission. */
    record Send() implements Action {}

    /** Send the kept message again. */
    record SendAgain() implements Action {}

    /** Send the ACK for a non-2xx final response, RFC 3261 §17.1.1.3. */
    record Acknowledge() implements Action {}

    /** Give the message that came with the input to the transaction user. */
    record PassUp() implements Action {}

    /** Tell the transaction user that nothing was heard in time. */
    record TellTimeout() implements Action {}

    /** Tell the transaction user that the message could not be sent. */
    record TellTransportError() implements Action {}

    /** Start the timer, in place of the one of its kind that may be running. */
    record Start(Timer timer) implements Action {}

    /** Stop the timer that sends again. */
    record StopRetransmitting() implements Action {}

    /** Stop the timer that is not for retransmission. */
    record StopWaiting() implements Action {}

    Action SEND = new Send();
    Action SEND_AGAIN = new SendAgain();
    Action ACKNOWLEDGE = new Acknowledge();
    Action PASS_UP = new PassUp();
    Action TELL_TIMEOUT = new TellTimeout();
    Action TELL_TRANSPORT_ERROR = new TellTransportError();
    Action STOP_RETRANSMITTING = new StopRetransmitting();
    Action STOP_WAITING = new StopWaiting();

    static Action start(Timer timer) {
        return new Start(timer);
    }
}
