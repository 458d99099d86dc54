package io.ringtrace.call;

/** The database is away, or too slow to wait for. Nothing was changed, or it is not known; asking again is safe. */
public final class StoreUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message) {
        super(message);
    }

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
