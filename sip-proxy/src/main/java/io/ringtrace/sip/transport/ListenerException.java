package io.ringtrace.sip.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A listener could not be opened; the message is one sentence for the operator, such as {@code SIP listener 127.0.0.1:5060: the port is in use}. */
public final class ListenerException extends IOException {
    private static final long serialVersionUID = 1L;

    ListenerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
