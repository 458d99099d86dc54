package io.ringtrace.server.command;

/** A command can't do what it was asked. The message is for the person at the terminal. */
public final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    public CommandException(String message) {
        super(message);
    }

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
