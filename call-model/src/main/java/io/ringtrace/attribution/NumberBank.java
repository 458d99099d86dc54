package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The promo numbers an account owns. Thread-safe; calls wait for the database. */
public interface NumberBank {
    /**
     * One row of an import, as it was written; checked by the bank.
     *
     * @param line line in the file, from 1
     */
    record Row(
            int line,
            String number,
            @Nullable String rateCenter,
            @Nullable String state) {}

    record RowError(int line, String number, String message) {}

    /**
     * @param added numbers that are new
     * @param unchanged numbers the network owned already
     */
    record ImportResult(int added, int unchanged, List<RowError> errors) {
        public ImportResult {
            errors = List.copyOf(errors);
        }
    }

    /** All good rows are imported, each wrong one is told. The network must exist. */
    ImportResult importNumbers(String network, List<Row> rows) throws StoreUnavailableException;

    /**
     * One number and what it is lent for.
     *
     * @param state bank, pooled, overflow, draining, resting or retired
     * @param restUntil when a resting number may be lent again, unless it is called before; Unix milliseconds
     */
    record Entry(
            String number,
            NumberType type,
            String state,
            @Nullable String poolId,
            @Nullable String visitorId,
            @Nullable String destination,
            @Nullable String leaseId,
            @Nullable String rateCenter,
            @Nullable String region,
            @Nullable Long restUntil) {}

    /**
     * @param changed numbers that are now as was asked
     * @param errors the others, each with its reason; the line counts what was given, from 1
     */
    record RetireResult(int changed, List<RowError> errors) {
        public RetireResult {
            errors = List.copyOf(errors);
        }
    }

    /**
     * Takes numbers out of use, or back into the bank. Only what is in no pool can be retired. Others are left alone. The network must exist.
     */
    RetireResult retire(String network, List<PhoneNumber> numbers, boolean retired) throws StoreUnavailableException;

    /** Numbers in ascending order, from after the given one. */
    List<Entry> list(String network, long afterNumber, int limit) throws StoreUnavailableException;
}
