package io.ringtrace.store.bank;

import io.ringtrace.attribution.NumberMatching.ExchangeError;
import io.ringtrace.attribution.NumberMatching.ExchangeRow;
import io.ringtrace.store.bank.Place.Coordinates;
import io.ringtrace.store.bank.Place.Grid;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One row of a rate-center import: is it an exchange, and where? Stateless. */
final class ExchangeCheck {
    private static final Pattern CODE = Pattern.compile("[2-9][0-9]{2}");
    private static final Pattern STATE = Pattern.compile("[A-Za-z]{2}");
    private static final Pattern LATA = Pattern.compile("[0-9]{1,5}");
    private static final Pattern DEGREES = Pattern.compile("[+-]?[0-9]{1,3}(\\.[0-9]{1,12})?");
    private static final Pattern GRID = Pattern.compile("-?[0-9]{1,5}");
    private static final int LONGEST_RATE_CENTER = 64;
    private static final int LONGEST_TOLD = 20;
    private static final double MOST_LATITUDE = 90;
    private static final double MOST_LONGITUDE = 180;

    private ExchangeCheck() {}

    sealed interface Checked {
        /** @param lata 0 for unknown */
        record Good(
                int line,
                int npa,
                int nxx,
                String rateCenter,
                String region,
                int lata,
                @Nullable Coordinates at,
                @Nullable Grid grid)
                implements Checked {}

        record Wrong(ExchangeError error) implements Checked {}
    }

    static Checked check(ExchangeRow row) {
        String npa = row.npa().strip();
        String nxx = row.nxx().strip();
        if (!CODE.matcher(npa).matches() || !CODE.matcher(nxx).matches()) {
            return wrong(row, "is no exchange: npa and nxx have three digits, the first 2 to 9");
        }
        String rateCenter = row.rateCenter().strip();
        if (rateCenter.isEmpty() || rateCenter.length() > LONGEST_RATE_CENTER) {
            return wrong(row, "needs a rate center of 1 to " + LONGEST_RATE_CENTER + " characters");
        }
        String state = row.state().strip();
        if (!STATE.matcher(state).matches()) {
            return wrong(row, "has the state '" + told(state) + "', but two letters such as CA are expected");
        }
        String lata = text(row.lata());
        if (!lata.isEmpty() && !LATA.matcher(lata).matches()) {
            return wrong(row, "has the lata '" + told(lata) + "', but a number of at most five digits is expected");
        }
        String latitude = text(row.latitude());
        String longitude = text(row.longitude());
        Coordinates at = null;
        if (!latitude.isEmpty() || !longitude.isEmpty()) {
            at = coordinates(latitude, longitude);
            if (at == null) {
                return wrong(
                        row,
                        "is at '" + told(latitude) + "', '" + told(longitude)
                                + "', but degrees are expected, such as 40.7128 and -74.0060");
            }
        }
        String v = text(row.v());
        String h = text(row.h());
        Grid grid = null;
        if (!v.isEmpty() || !h.isEmpty()) {
            if (!GRID.matcher(v).matches() || !GRID.matcher(h).matches()) {
                return wrong(
                        row,
                        "has the grid coordinates '" + told(v) + "', '" + told(h)
                                + "', but two whole numbers are expected, such as 4997 and 1406");
            }
            grid = new Grid(Integer.parseInt(v), Integer.parseInt(h));
        }
        return new Checked.Good(
                row.line(),
                Integer.parseInt(npa),
                Integer.parseInt(nxx),
                rateCenter.toUpperCase(Locale.ROOT),
                state.toUpperCase(Locale.ROOT),
                lata.isEmpty() ? 0 : Integer.parseInt(lata),
                at,
                grid);
    }

    private static @Nullable Coordinates coordinates(String latitude, String longitude) {
        if (!DEGREES.matcher(latitude).matches() || !DEGREES.matcher(longitude).matches()) {
            return null;
        }
        Coordinates at = new Coordinates(Double.parseDouble(latitude), Double.parseDouble(longitude));
        return Math.abs(at.latitude()) <= MOST_LATITUDE && Math.abs(at.longitude()) <= MOST_LONGITUDE ? at : null;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text.strip();
    }

    private static String told(String text) {
        return text.length() > LONGEST_TOLD ? text.substring(0, LONGEST_TOLD) + "…" : text;
    }

    private static Checked wrong(ExchangeRow row, String message) {
        return new Checked.Wrong(new ExchangeError(
                row.line(), told(row.npa().strip() + "-" + row.nxx().strip()), message));
    }
}
