package io.ringtrace.call;

import java.util.function.Consumer;

/** Tells what happens to the calls that this node carries, as soon as it is in the store. Thread-safe. */
public interface CallNews {
    /** Ends with {@link #close}; what is told at that moment may still come. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * To the events of a network's calls. Waits for the database, once.
     *
     * @param ear called by one thread at a time; must neither wait nor throw
     */
    Subscription subscribe(String network, Consumer<CallEvent> ear) throws StoreUnavailableException;
}
