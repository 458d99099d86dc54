package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which numbers suit which destination: the rate centers that it is judged by, and why a number is chosen. Thread-safe; waits for the database. */
public interface NumberMatching {
    /**
     * One exchange of an import, as it was written; checked here.
     *
     * @param line line in the file, from 1
     */
    record ExchangeRow(
            int line,
            String npa,
            String nxx,
            String rateCenter,
            String state,
            @Nullable String lata,
            @Nullable String latitude,
            @Nullable String longitude,
            @Nullable String v,
            @Nullable String h) {
        /** Without grid coordinates. */
        public ExchangeRow(
                int line,
                String npa,
                String nxx,
                String rateCenter,
                String state,
                @Nullable String lata,
                @Nullable String latitude,
                @Nullable String longitude) {
            this(line, npa, nxx, rateCenter, state, lata, latitude, longitude, null, null);
        }
    }

    /**
     * The middle of a zip code's area.
     *
     * @param line line in the file, from 1
     */
    record ZipCodeRow(int line, String zip, String latitude, String longitude) {}

    /** As with exchanges; pools may then be centred on these zip codes. */
    ExchangeImport importZipCodes(List<ZipCodeRow> rows) throws StoreUnavailableException;

    /** @param exchange the NPA and NXX, or the zip code, as written */
    record ExchangeError(int line, String exchange, String message) {}

    /** @param imported exchanges that are now as the file says */
    record ExchangeImport(int imported, List<ExchangeError> errors) {
        public ExchangeImport {
            errors = List.copyOf(errors);
        }
    }

    /** All good rows are imported, each wrong one is told; numbers in the bank learn their rate center. Repeating it changes nothing. */
    ExchangeImport importExchanges(List<ExchangeRow> rows) throws StoreUnavailableException;

    /**
     * Where a number is at home.
     *
     * @param rateCenter null when its exchange is unknown; its area code's state and middle serve then
     */
    record Home(
            @Nullable String rateCenter,
            @Nullable String state,
            @Nullable Double latitude,
            @Nullable Double longitude) {}

    /**
     * @param rung null when the number does not serve
     * @param miles great circle to the destination; null when either place is unknown
     * @param unusedSince its last presentation, Unix milliseconds; 0 for never presented, null while it is in a pool
     */
    record Choice(
            PhoneNumber number,
            NumberType type,
            @Nullable MatchingRung rung,
            Home home,
            @Nullable Double miles,
            @Nullable Long unusedSince) {}

    record Explanation(
            PhoneNumber destination,
            NumberType type,
            Home home,
            LocalNumberPreferences preferences,
            List<Choice> choices) {
        public Explanation {
            choices = List.copyOf(choices);
        }
    }

    /**
     * What the pool would take from the bank now, the first first; with a number, how that one stands, wherever it is.
     *
     * @return null when the network has no such pool or no such number
     */
    @Nullable
    Explanation explain(String network, String pool, @Nullable PhoneNumber number, int limit)
            throws StoreUnavailableException;
}
