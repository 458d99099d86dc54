package io.ringtrace.http.endpoint;

/** Who asks, as far as the request's token says. */
public sealed interface Caller {
    /** No token was needed. Pool keys are checked by the endpoints that take them. */
    record Anybody() implements Caller {}

    record OfNetwork(String network) implements Caller {}

    record Operator() implements Caller {}

    Caller ANYBODY = new Anybody();
    Caller OPERATOR = new Operator();
}
