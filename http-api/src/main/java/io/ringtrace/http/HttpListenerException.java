package io.ringtrace.http;

/** The HTTP interface cannot listen; the message is one sentence that says where and why. */
public final class HttpListenerException extends Exception {
    private static final long serialVersionUID = 1L;

    HttpListenerException(String message, Throwable cause) {
        super(message, cause);
    }
}
