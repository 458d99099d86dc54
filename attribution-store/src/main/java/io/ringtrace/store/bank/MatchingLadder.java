package io.ringtrace.store.bank;

import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.directory.NumberState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of a network's unused numbers suit a destination best: toll-free for toll-free; for local ones the same NPA, then the same rate
 * center, then the same region, then any. Within a rung: the same rate center first, then longest unused, then the lowest number. Reads
 * without locks; whoever takes a number must look again.
 */
final class MatchingLadder {
    /** Unused: in the bank, or rested long enough. */
    static final String UNUSED = "(n.state = " + NumberState.BANK.code() + " OR (n.state = "
            + NumberState.RESTING.code() + " AND n.rest_until <= ?))";

    private final Connection connection;
    private final long networkId;
    private final long now;

    MatchingLadder(Connection connection, long networkId, long now) {
        this.connection = connection;
        this.networkId = networkId;
        this.now = now;
    }

    private record Place(
            @Nullable String rateCenter, @Nullable String region) {}

    /** A rung: an SQL condition on bank_number b, and its parameters. */
    private record Rung(String condition, List<Object> parameters) {}

    /** The best ones first, at most as many as wanted. */
    List<Long> choose(NumberType type, PhoneNumber destination, int wanted) throws SQLException {
        Place place = destination.nanp() ? placeOf(destination) : new Place(null, null);
        Set<Long> chosen = new LinkedHashSet<>();
        for (Rung rung : rungs(type, destination, place)) {
            if (chosen.size() < wanted) {
                chosen.addAll(numbersOn(rung, type, place, wanted));
            }
        }
        return chosen.stream().limit(wanted).toList();
    }

    private static List<Rung> rungs(NumberType type, PhoneNumber destination, Place place) {
        Rung any = new Rung("TRUE", List.of());
        return switch (type) {
            case TOLL_FREE -> List.of(any);
            case LOCAL -> {
                List<Rung> rungs = new ArrayList<>();
                if (destination.nanp()) {
                    rungs.add(new Rung("b.npa = ?", List.of(destination.npa())));
                }
                if (place.rateCenter() != null && place.region() != null) {
                    rungs.add(new Rung(
                            "b.rate_center = ? AND b.region = ?", List.of(place.rateCenter(), place.region())));
                }
                if (place.region() != null) {
                    rungs.add(new Rung("b.region = ?", List.of(place.region())));
                }
                rungs.add(any);
                yield rungs;
            }
        };
    }

    private List<Long> numbersOn(Rung rung, NumberType type, Place place, int wanted) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT n.number FROM bank_number b JOIN promo_number n ON n.number = b.number"
                        + " WHERE b.network_id = ? AND b.number_type = ? AND " + UNUSED + " AND " + rung.condition()
                        + " ORDER BY b.rate_center <=> ? AND b.region <=> ? DESC, n.presented_at, n.number LIMIT ?")) {
            int at = 1;
            select.setLong(at++, networkId);
            select.setString(at++, type.text());
            select.setLong(at++, now);
            for (Object parameter : rung.parameters()) {
                select.setObject(at++, parameter);
            }
            select.setString(at++, place.rateCenter());
            select.setString(at++, place.region());
            select.setInt(at, wanted);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
            }
        }
        return numbers;
    }

    /** From numbers that somebody imported: one of the same NPA and NXX tells the rate center, one of the same NPA the region. */
    private Place placeOf(PhoneNumber destination) throws SQLException {
        long firstOfExchange = destination.digits() / 10_000 * 10_000;
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT rate_center, region FROM bank_number WHERE number BETWEEN ? AND ? AND rate_center IS NOT NULL"
                        + " AND region IS NOT NULL ORDER BY number LIMIT 1")) {
            select.setLong(1, firstOfExchange);
            select.setLong(2, firstOfExchange + 9_999);
            try (ResultSet rows = select.executeQuery()) {
                if (rows.next()) {
                    return new Place(rows.getString(1), rows.getString(2));
                }
            }
        }
        long firstOfArea = destination.digits() / 10_000_000 * 10_000_000;
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT region FROM bank_number WHERE number BETWEEN ? AND ? AND region IS NOT NULL ORDER BY number LIMIT 1")) {
            select.setLong(1, firstOfArea);
            select.setLong(2, firstOfArea + 9_999_999);
            try (ResultSet rows = select.executeQuery()) {
                return new Place(null, rows.next() ? rows.getString(1) : null);
            }
        }
    }
}
