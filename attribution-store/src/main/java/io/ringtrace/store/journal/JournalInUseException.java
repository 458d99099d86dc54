package io.ringtrace.store.journal;

import java.io.IOException;
import java.nio.file.Path;

/** Another process writes this journal. */
public final class JournalInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalInUseException(Path folder, String owner) {
        super("the journal folder " + folder + " is in use by process " + owner
                + "; two servers cannot share one, stop the other or choose another data folder");
    }
}
