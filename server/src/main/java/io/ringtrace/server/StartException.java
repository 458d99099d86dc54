package io.ringtrace.server;

/** The server can't start. The message is one sentence for the operator. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A part said in its own sentence why it can't start. */
    public StartException(Exception part) {
        super(String.valueOf(part.getMessage()), part);
    }
}
