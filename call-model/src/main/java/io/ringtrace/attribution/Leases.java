package io.ringtrace.attribution;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Lends promo numbers. Thread-safe; never blocks the caller. */
public interface Leases {
    /**
     * Serves the requests in their order. The stage completes when every lease in it is durable, with one answer per request in the same
     * order; it does not complete exceptionally.
     */
    CompletionStage<List<LeaseAnswer>> lease(List<LeaseRequest> requests);
}
