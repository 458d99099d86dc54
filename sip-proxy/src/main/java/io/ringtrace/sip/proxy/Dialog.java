package io.ringtrace.sip.proxy;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Trunk;
import org.jspecify.annotations.Nullable;

/**
 * A request within a dialog, once its cookie was found good, or without one its Call-ID and tags those of a call that is live.
 *
 * @param fromCaller the request goes from the caller to the destination
 * @param fromReplaced the destination knows the caller by another From
 * @param trunk what the call came by, as it is now or was last; null when it is not known
 * @param gateway where it went, the same way
 * @param requestUri what takes the place of a Request-URI that names us instead of the other side; null where that goes on as it is
 * @param leg hash of the destination's tag: which of a call's dialogs it belongs to
 */
record Dialog(
        CallCookie cookie,
        boolean fromCaller,
        @Nullable String requestUri,
        long leg,
        boolean fromReplaced,
        @Nullable Trunk trunk,
        @Nullable Gateway gateway) {}
