package io.ringtrace.sip.proxy;

/**
 * A request within a dialog, once its cookie was found good.
 *
 * @param fromCaller the request goes from the caller to the destination
 * @param leg hash of the destination's tag: which of a call's dialogs it belongs to
 */
record Dialog(CallCookie cookie, boolean fromCaller, long leg) {}
