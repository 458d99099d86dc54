package io.ringtrace.routing;

/** What a trunk that offers overload control in its Via (RFC 7339) is told when we have more to do than we can. */
public enum OverloadControl {
    /** Nothing; its calls get 503 like everybody's. */
    OFF,
    /** Which share of its new calls to keep back, in percent (RFC 7339 §5.10). */
    LOSS,
    /** How many new calls a second to send, where it offers that algorithm; else as {@link #LOSS} (RFC 7415). */
    RATE
}
