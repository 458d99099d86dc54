package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.routing.Gateway;
import io.ringtrace.sip.admission.TrunkAdmission;

/**
 * What our Record-Route says about a call, once its signature was found good: with it any node routes a request within the dialog and
 * completes the record, without a table and after a restart.
 *
 * @param trunk hash of the name of the trunk that the call came by
 * @param gateway hash of the name of the gateway that it went to
 * @param callerTag hash of the caller's From tag; it tells the direction of a request
 */
public record CallCookie(CallId callId, int trunk, int gateway, int callerTag) {
    /** The same call at that gateway. */
    CallCookie at(Gateway otherGateway) {
        return new CallCookie(callId, trunk, TrunkAdmission.hash(otherGateway.name()), callerTag);
    }

    /** Whether it is no older than this, counted from the call's beginning. */
    boolean youngerThan(long ageMillis, long nowMillis) {
        return nowMillis - callId.madeAtMillis() <= ageMillis;
    }
}
