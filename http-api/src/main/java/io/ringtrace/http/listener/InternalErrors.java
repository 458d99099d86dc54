package io.ringtrace.http.listener;

import io.ringtrace.http.endpoint.Problem;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What broke goes to the log under a number; the client gets the number. */
final class InternalErrors {
    private static final Logger LOG = LoggerFactory.getLogger(InternalErrors.class);

    private InternalErrors() {}

    /**
     * @param where the route, without anything a client wrote
     */
    static Problem problem(String where, @Nullable Throwable failure) {
        long handle = ThreadLocalRandom.current().nextLong(100_000_000, 1_000_000_000);
        LOG.error("HTTP error {} in {}", handle, where, failure);
        return Problem.internal(handle);
    }
}
