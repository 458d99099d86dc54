package io.ringtrace.http.endpoint;

/** What comes back for a request: an answer, or a problem that the endpoint's error shape turns into one. */
public sealed interface Reply permits Answer, Problem {}
