package io.ringtrace.store.bank;

import io.ringtrace.attribution.LocalCentre;
import io.ringtrace.attribution.NumberType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of a network's unused numbers suit a destination best, by {@link Match}; those that match alike by how long they are unused, then
 * by number. Numbers of one area code and rate center match alike, so it walks over these cells and never over all numbers. Reads
 * without locks; whoever takes a number must look again.
 */
final class MatchingLadder {
    private static final Comparator<Chosen> UNUSED_LONGEST =
            Comparator.comparingLong(Chosen::unusedSince).thenComparingLong(Chosen::number);
    private static final long FIRST_OF_AREA = 10_000_000L;
    private static final long FIRST_OF_COUNTRY = 10_000_000_000L;

    private final Connection connection;
    private final RateCenters rateCenters;
    private final long networkId;
    private final long now;

    MatchingLadder(Connection connection, long networkId, long now) {
        this.connection = connection;
        this.rateCenters = new RateCenters(connection);
        this.networkId = networkId;
        this.now = now;
    }

    /** @param unusedSince its last presentation; 0 for never presented */
    record Chosen(long number, NumberType type, Match match, Place place, long unusedSince) {}

    /**
     * All unused numbers of one area code, state and rate center, as the bank has them.
     *
     * @param place where they are at home
     * @param unusedSince of the one that is unused for longest
     */
    private record Cell(
            int npa, @Nullable String region, @Nullable String rateCenter, Place place, Match match, long unusedSince) {
        /** No number of it is lower. */
        long lowest() {
            return npa == 0 ? 0 : FIRST_OF_COUNTRY + npa * FIRST_OF_AREA;
        }
    }

    /** Around where numbers are looked for. */
    Place placeOf(Wish wish) throws SQLException {
        LocalCentre centre = wish.preferences().centre();
        return centre == null ? rateCenters.ofDestination(networkId, wish.destination()) : rateCenters.ofCentre(centre);
    }

    /** The best ones first, at most as many as wanted. */
    List<Chosen> choose(Wish wish, int wanted) throws SQLException {
        Place destination = placeOf(wish);
        int country = wish.country();
        List<Chosen> chosen = new ArrayList<>();
        // The destination's own area code is mostly enough, and a small part of the bank.
        if (wish.type() == NumberType.LOCAL && destination.npa() != 0) {
            take(chosen, wanted, NumberType.LOCAL, country, cells(wish, destination, NumberType.LOCAL, country, true));
        }
        for (NumberType type : List.of(NumberType.LOCAL, NumberType.TOLL_FREE)) {
            if (chosen.size() < wanted) {
                take(chosen, wanted, type, country, cells(wish, destination, type, country, false));
            }
        }
        return chosen;
    }

    /**
     * @param inArea those of the destination's area code; else all others
     */
    private List<Cell> cells(Wish wish, Place destination, NumberType type, int country, boolean inArea)
            throws SQLException {
        if (Match.of(wish, destination, type, destination) == null) {
            return List.of();
        }
        List<Cell> cells = new ArrayList<>();
        Map<Integer, Place> areas = inArea ? Map.of(destination.npa(), rateCenters.ofArea(destination.npa())) : areas();
        try (PreparedStatement select = connection.prepareStatement(
                // One step in the key for each cell, however many numbers it has.
                "SELECT c.npa, c.region, c.rate_center, c.since, r.latitude, r.longitude, r.v, r.h FROM (SELECT npa, region,"
                        + " rate_center, MIN(unused_since) AS since FROM bank_number FORCE INDEX (unused)"
                        + " WHERE network_id = ? AND number_type = ? AND country = ?" + (inArea ? " AND npa = ?" : "")
                        + " GROUP BY npa, region, rate_center) c"
                        + " LEFT JOIN rate_center r ON r.region = c.region AND r.name = c.rate_center"
                        + " WHERE c.since IS NOT NULL")) {
            select.setLong(1, networkId);
            select.setString(2, type.text());
            select.setInt(3, country);
            if (inArea) {
                select.setInt(4, destination.npa());
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    int npa = rows.getInt(1);
                    if (type == NumberType.LOCAL
                            && ((!inArea && npa != 0 && npa == destination.npa()) || !wish.wants(npa))) {
                        continue;
                    }
                    Place place = place(rows, areas.get(npa));
                    Match match = Match.of(wish, destination, type, place);
                    if (match != null) {
                        cells.add(new Cell(npa, rows.getString(2), rows.getString(3), place, match, rows.getLong(4)));
                    }
                }
            }
        }
        return cells;
    }

    /** Reads npa, region and rate center from columns 1 to 3, latitude and longitude from 5 and 6, the grid from 7 and 8. */
    static Place place(ResultSet rows, @Nullable Place area) throws SQLException {
        String region = rows.getString(2);
        Place.Coordinates at = RateCenters.coordinates(rows, 5);
        return new Place(
                rows.getInt(1),
                rows.getString(3),
                region == null && area != null ? area.region() : region,
                at == null && area != null ? area.at() : at,
                RateCenters.grid(rows, 7));
    }

    /** Of all area codes in which the network has numbers without a known rate center. */
    private Map<Integer, Place> areas() throws SQLException {
        Set<Integer> npas = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT c.npa FROM (SELECT npa, region, rate_center FROM bank_number FORCE INDEX (unused)"
                        + " WHERE network_id = ? AND number_type = 'local' AND country = 1"
                        + " GROUP BY npa, region, rate_center) c LEFT JOIN rate_center r ON r.region = c.region"
                        + " AND r.name = c.rate_center WHERE c.npa IS NOT NULL AND r.latitude IS NULL")) {
            select.setLong(1, networkId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    npas.add(rows.getInt(1));
                }
            }
        }
        return rateCenters.ofAreas(npas);
    }

    private void take(List<Chosen> chosen, int wanted, NumberType type, int country, List<Cell> cells)
            throws SQLException {
        List<Cell> ordered = new ArrayList<>(cells);
        ordered.sort(Comparator.comparing(Cell::match)
                .thenComparingLong(Cell::unusedSince)
                .thenComparingLong(Cell::lowest));
        int at = 0;
        while (at < ordered.size() && chosen.size() < wanted) {
            Match match = ordered.get(at).match();
            int missing = wanted - chosen.size();
            List<Chosen> alike = new ArrayList<>();
            while (at < ordered.size() && ordered.get(at).match().equals(match)) {
                Cell cell = ordered.get(at);
                at++;
                if (alike.size() < missing || mayHoldBetter(cell, alike.get(missing - 1))) {
                    alike.addAll(numbersOf(cell, type, country, missing));
                    alike.sort(UNUSED_LONGEST);
                }
            }
            chosen.addAll(alike.subList(0, Math.min(missing, alike.size())));
        }
    }

    private static boolean mayHoldBetter(Cell cell, Chosen last) {
        return cell.unusedSince() < last.unusedSince()
                || (cell.unusedSince() == last.unusedSince() && cell.lowest() < last.number());
    }

    private List<Chosen> numbersOf(Cell cell, NumberType type, int country, int most) throws SQLException {
        List<Chosen> numbers = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT number, unused_since FROM bank_number FORCE INDEX (unused) WHERE network_id = ?"
                        + " AND number_type = ? AND country = ? AND npa <=> ? AND region <=> ? AND rate_center <=> ?"
                        + " AND unused_since >= 0 AND free_from <= ? ORDER BY unused_since, number LIMIT ?")) {
            select.setLong(1, networkId);
            select.setString(2, type.text());
            select.setInt(3, country);
            if (cell.npa() == 0) {
                select.setNull(4, Types.SMALLINT);
            } else {
                select.setInt(4, cell.npa());
            }
            select.setString(5, cell.region());
            select.setString(6, cell.rateCenter());
            select.setLong(7, now);
            select.setInt(8, most);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    numbers.add(new Chosen(rows.getLong(1), type, cell.match(), cell.place(), rows.getLong(2)));
                }
            }
        }
        return numbers;
    }
}
