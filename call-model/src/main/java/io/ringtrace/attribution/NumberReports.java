package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.time.LocalDate;
import java.util.List;

/** What became of a network's numbers, day by day (UTC). Thread-safe; calls wait for the database. */
public interface NumberReports {
    /** Longest span of one report. */
    int MOST_DAYS = 366;

    /**
     * Calls to one number on one day that no visitor's lease stands behind: signs that it was printed, saved or called before it was ours.
     *
     * @param neverLeased while it was in a pool and had never been presented there
     * @param expired after the hold of its last visitor
     * @param resting after it had left its pool
     * @param unassigned while it was in the bank or retired
     */
    record DirtyDay(PhoneNumber number, LocalDate day, int neverLeased, int expired, int resting, int unassigned) {}

    /** The days with such calls, the latest first, then by number; at most {@code limit}. */
    List<DirtyDay> dirty(String network, LocalDate from, LocalDate to, int limit) throws StoreUnavailableException;

    /** @param inUse the most numbers that were in the network's pools at once on that day, draining ones too: what it is billed for */
    record UsageDay(LocalDate day, int inUse) {}

    /** The days from the first to the last, both included, of which there is a count; the earliest first. */
    List<UsageDay> usage(String network, LocalDate from, LocalDate to) throws StoreUnavailableException;
}
