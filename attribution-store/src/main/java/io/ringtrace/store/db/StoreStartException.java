package io.ringtrace.store.db;

import org.jspecify.annotations.Nullable;

/** The store cannot start. The message is one sentence for the operator: what is wrong, and what to do. */
public final class StoreStartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreStartException(String message) {
        super(message);
    }

    public StoreStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
