package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What happens to a call, line by line, each with its call id, its SIP Call-ID and its trunk: in the log at level DEBUG, and at INFO while its
 * trunk is traced. Otherwise it costs nothing.
 */
final class CallLog {
    private static final Logger LOG = LoggerFactory.getLogger(CallLog.class);

    private final CallId callId;
    private final String sipCallId;
    private final String trunk;
    private final Level level;

    private CallLog(CallId callId, String sipCallId, String trunk, Level level) {
        this.callId = callId;
        this.sipCallId = sipCallId;
        this.trunk = trunk;
        this.level = level;
    }

    /** Null when nobody wants to read of this call. */
    static @Nullable CallLog of(CallId callId, SipMessage invite, String trunk, boolean traced) {
        return traced || LOG.isDebugEnabled()
                ? new CallLog(callId, invite.text(invite.callId()), trunk, traced ? Level.INFO : Level.DEBUG)
                : null;
    }

    void say(String sentence) {
        LOG.atLevel(level)
                .addKeyValue("call_id", callId.toString())
                .addKeyValue("sip_call_id", sipCallId)
                .addKeyValue("trunk", trunk)
                .log(sentence);
    }
}
