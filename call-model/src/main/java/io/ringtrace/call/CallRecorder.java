package io.ringtrace.call;

/** Writes what happens to calls into the local journal. One recorder belongs to one shard; only that shard's thread calls it. */
public interface CallRecorder {
    /**
     * Appends the event. When this returns true the event survives the death of this process. Never waits for a disk or a database.
     *
     * @return false when the journal has no room: a {@link CallEvent.Began} must then be refused with 503. Ends of running calls have
     *     room of their own.
     */
    boolean record(CallEvent event);

    /** False when a new call would find no room; asked before any state is made. */
    boolean acceptsNewCalls();

    /**
     * How many events have been recorded so far, where what they tell of may be seen outside only once they are on the disk; else 0, always.
     */
    default long recorded() {
        return 0;
    }

    /** How many of the recorded events may be seen outside. */
    default long visible() {
        return 0;
    }

    /** Runs the task once, soon and on another thread, when {@link #visible} has risen. */
    default void whenVisible(Runnable task) {}
}
