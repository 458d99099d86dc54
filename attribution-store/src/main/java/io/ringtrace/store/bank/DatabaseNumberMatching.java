package io.ringtrace.store.bank;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.NumberMatching;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link NumberMatching} on the database. Thread-safe; each call waits for it. */
public final class DatabaseNumberMatching implements NumberMatching {
    public static final int MOST_CHOICES = 1_000;

    private final StoreDatabase database;
    private final LeaseClock clock;

    public DatabaseNumberMatching(StoreDatabase database, LeaseClock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public ExchangeImport importExchanges(List<ExchangeRow> rows) throws StoreUnavailableException {
        List<ExchangeError> errors = new ArrayList<>();
        List<ExchangeCheck.Checked.Good> good = new ArrayList<>();
        for (ExchangeRow row : rows) {
            switch (ExchangeCheck.check(row)) {
                case ExchangeCheck.Checked.Wrong(var error) -> errors.add(error);
                case ExchangeCheck.Checked.Good one -> good.add(one);
            }
        }
        new ExchangeWriting(database).write(good);
        errors.sort(Comparator.comparingInt(ExchangeError::line));
        return new ExchangeImport(good.size(), errors);
    }

    @Override
    public ExchangeImport importZipCodes(List<ZipCodeRow> rows) throws StoreUnavailableException {
        List<ExchangeError> errors = new ArrayList<>();
        List<ZipCodeRow> good = new ArrayList<>();
        for (ZipCodeRow row : rows) {
            String wrong = ZipCodeRows.wrong(row);
            if (wrong == null) {
                good.add(row);
            } else {
                errors.add(new ExchangeError(row.line(), ZipCodeRows.told(row.zip()), wrong));
            }
        }
        ZipCodeRows.write(database, good);
        return new ExchangeImport(good.size(), errors);
    }

    @Override
    public @Nullable Explanation explain(String network, String pool, @Nullable PhoneNumber number, int limit)
            throws StoreUnavailableException {
        if (limit < 1 || limit > MOST_CHOICES) {
            throw new IllegalArgumentException("limit must be 1 to " + MOST_CHOICES + ", not " + limit);
        }
        Optional<Explanation> found =
                database.transact(connection -> explain(connection, network, pool, number, limit));
        return found.orElse(null);
    }

    private Optional<Explanation> explain(
            Connection connection, String network, String pool, @Nullable PhoneNumber number, int limit)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT p.network_id, p.id FROM ring_pool p JOIN network w"
                        + " ON w.id = p.network_id WHERE w.id_from_network = ? AND p.id_from_network = ? AND NOT p.deleted")) {
            select.setString(1, network);
            select.setString(2, pool);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                Wish wish = Wish.of(connection, rows.getLong(2));
                long networkId = rows.getLong(1);
                MatchingLadder ladder = new MatchingLadder(connection, networkId, clock.nowMillis());
                Place destination = ladder.placeOf(wish);
                List<Choice> choices = new ArrayList<>();
                if (number == null) {
                    for (MatchingLadder.Chosen one : ladder.choose(wish, limit)) {
                        choices.add(choice(
                                one.number(), one.type(), one.match(), one.place(), destination, one.unusedSince()));
                    }
                } else {
                    Choice one = standing(connection, networkId, wish, destination, number);
                    if (one == null) {
                        return Optional.empty();
                    }
                    choices.add(one);
                }
                return Optional.of(new Explanation(
                        wish.destination(), wish.type(), home(destination), wish.preferences(), choices));
            }
        }
    }

    /** How one number stands, in a pool or not; null when it is not the network's. */
    private static @Nullable Choice standing(
            Connection connection, long networkId, Wish wish, Place destination, PhoneNumber number)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT b.npa, b.region, b.rate_center, b.number_type, r.latitude, r.longitude, r.v, r.h, b.country,"
                        + " b.unused_since FROM bank_number b LEFT JOIN rate_center r ON r.region = b.region"
                        + " AND r.name = b.rate_center WHERE b.number = ? AND b.network_id = ?")) {
            select.setLong(1, number.digits());
            select.setLong(2, networkId);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return null;
                }
                int npa = rows.getInt(1);
                Place area = new RateCenters(connection).ofArea(npa);
                Place place = MatchingLadder.place(rows, area);
                NumberType type = type(rows.getString(4));
                Match match = rows.getInt(9) == wish.country() && (type != NumberType.LOCAL || wish.wants(npa))
                        ? Match.of(wish, destination, type, place)
                        : null;
                long since = rows.getLong(10);
                return choice(number.digits(), type, match, place, destination, rows.wasNull() ? null : since);
            }
        }
    }

    private static Choice choice(
            long number,
            NumberType type,
            @Nullable Match match,
            Place place,
            Place destination,
            @Nullable Long unusedSince) {
        double miles = type == NumberType.LOCAL ? destination.milesTo(place) : Double.POSITIVE_INFINITY;
        return new Choice(
                new PhoneNumber(number),
                type,
                match == null ? null : match.rung(),
                home(place),
                Double.isInfinite(miles) ? null : miles,
                unusedSince);
    }

    private static Home home(Place place) {
        Place.Coordinates at = place.at();
        return new Home(
                place.rateCenter(),
                place.region(),
                at == null ? null : at.latitude(),
                at == null ? null : at.longitude());
    }

    private static NumberType type(String text) {
        return NumberType.valueOf(text.toUpperCase(Locale.ROOT));
    }
}
