package io.ringtrace.http.endpoint;

import io.ringtrace.call.StoreUnavailableException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an endpoint does for a request, by the thread it may take. */
public sealed interface Work {
    /** Starts on the event loop and ends somewhere else; nothing waits in between. */
    record Later(Function<Request, CompletionStage<Reply>> work) implements Work {}

    /** Waits for the database, on a virtual thread; how many may do so at once is bounded. */
    record Waiting(WaitingWork work) implements Work {}

    /** Looks at the server itself, on a virtual thread. Has a bound of its own, so that an overloaded server can still be looked at. */
    record Observing(Function<Request, Reply> work) implements Work {}

    /** Sends events for as long as the client listens, on a virtual thread; how many may do so at once is bounded. */
    record Streaming(StreamingWork work) implements Work {}

    /** The body of {@link Streaming}. */
    @FunctionalInterface
    interface StreamingWork {
        /**
         * Returns when the stream is over.
         *
         * @return why there is none, as long as nothing was sent; else null
         */
        @Nullable
        Problem run(Request request, EventSink sink) throws StoreUnavailableException, InterruptedException;
    }

    /** The body of {@link Waiting}. */
    @FunctionalInterface
    interface WaitingWork {
        Reply apply(Request request) throws StoreUnavailableException;
    }
}
