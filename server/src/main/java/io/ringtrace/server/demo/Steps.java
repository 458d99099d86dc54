package io.ringtrace.server.demo;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints the steps of a story as they happen, with the time each took. One thread uses it. */
final class Steps {
    private final PrintWriter out;
    private final int count;
    private int number;

    Steps(PrintWriter out, int count) {
        this.out = out;
        this.count = count;
    }

    /** A step that can fail with anything. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws Exception;
    }

    /** A step failed; the message says what to do. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }

        Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    <T> T step(String title, String advice, Work<T> work) throws Failed {
        number++;
        out.print(String.format(Locale.ROOT, "[%d/%d] %s ... ", number, count, title));
        out.flush();
        long start = System.nanoTime();
        try {
            T result = work.run();
            out.println(String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9));
            return result;
        } catch (Exception e) {
            out.println("failed");
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new Failed(message + "\nWhat to do: " + advice, e);
        }
    }

    /** Lines under a step, set in a little. */
    void show(String text) {
        text.lines().forEach(line -> out.println("      " + line));
        out.flush();
    }
}
