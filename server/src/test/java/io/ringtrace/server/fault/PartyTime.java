package io.ringtrace.server.fault;

/** By what a party's timers run and its ledger is dated. All that a party does, it does on the one thread of its time. */
interface PartyTime extends AutoCloseable {
    /** Only differences mean anything. */
    long nanos();

    /** By the wall clock, which nobody sets meanwhile. */
    long nowMillis();

    void execute(Runnable work);

    /** After that many milliseconds. */
    void after(long millis, Runnable work);

    /** The party's socket is open: what comes is to be heard. */
    void hears(LedgerParty party);

    @Override
    void close();
}
