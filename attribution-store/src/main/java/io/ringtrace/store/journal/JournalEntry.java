package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;

/** One entry as it was read from a journal. */
public sealed interface JournalEntry {
    /** Where the entry after this one begins. */
    JournalPosition next();

    record Event(JournalPosition next, CallEvent event) implements JournalEntry {}

    /**
     * Whole by its checksum, but not understood, such as one that a later version wrote.
     *
     * @param entry as {@link EncodedEvent} has it
     */
    record Unreadable(JournalPosition next, String why, String entry) implements JournalEntry {}
}
