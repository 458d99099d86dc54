package io.ringtrace.server;

import io.ringtrace.config.Finding;
import java.util.List;
import java.util.stream.Collectors;

/** The server can't start. The message is one sentence for the operator, or a line for each finding when the configuration is wrong. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean wrongConfiguration;

    public StartException(String message) {
        super(message);
        wrongConfiguration = false;
    }

    private StartException(String message, boolean wrongConfiguration) {
        super(message);
        this.wrongConfiguration = wrongConfiguration;
    }

    /** The configuration says what the store or the network forbids. */
    static StartException wrongConfiguration(List<Finding> findings) {
        return new StartException(findings.stream().map(Finding::text).collect(Collectors.joining("\n")), true);
    }

    /** True when only another configuration helps. */
    public boolean wrongConfiguration() {
        return wrongConfiguration;
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
        wrongConfiguration = false;
    }

    /** A part said in its own sentence why it can't start. */
    public StartException(Exception part) {
        super(String.valueOf(part.getMessage()), part);
        wrongConfiguration = false;
    }
}
