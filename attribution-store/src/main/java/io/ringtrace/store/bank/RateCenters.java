package io.ringtrace.store.bank;

import io.ringtrace.attribution.LocalCentre;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.bank.Place.Coordinates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The imported exchanges and their rate centers, as one transaction reads them. */
final class RateCenters {
    private final Connection connection;

    RateCenters(Connection connection) {
        this.connection = connection;
    }

    record Exchange(int npa, int nxx) {}

    record Name(String rateCenter, String region) {}

    Map<Exchange, Name> ofExchanges(Set<Exchange> exchanges) throws SQLException {
        Map<Exchange, Name> names = new HashMap<>();
        if (exchanges.isEmpty()) {
            return names;
        }
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT e.npa, e.nxx, r.name, r.region FROM exchange e JOIN rate_center r ON r.id = e.rate_center_id"
                        + " WHERE (e.npa, e.nxx) IN ("
                        + String.join(",", Collections.nCopies(exchanges.size(), "(?,?)"))
                        + ")")) {
            int at = 1;
            for (Exchange exchange : exchanges) {
                select.setInt(at++, exchange.npa());
                select.setInt(at++, exchange.nxx());
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    names.put(
                            new Exchange(rows.getInt(1), rows.getInt(2)),
                            new Name(rows.getString(3), rows.getString(4)));
                }
            }
        }
        return names;
    }

    /**
     * Where a destination is at home: by its exchange; else by its area code's commonest state and middle; without any table, by the
     * state that the network itself has told of numbers with this area code.
     */
    Place ofDestination(long networkId, PhoneNumber destination) throws SQLException {
        if (!destination.nanp() || ImportCheck.tollFree(destination)) {
            return new Place(0, null, null, null);
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT r.name, r.region, r.latitude, r.longitude, r.v, r.h FROM exchange e"
                        + " JOIN rate_center r ON r.id = e.rate_center_id WHERE e.npa = ? AND e.nxx = ?")) {
            select.setInt(1, destination.npa());
            select.setInt(2, destination.nxx());
            try (ResultSet rows = select.executeQuery()) {
                if (rows.next()) {
                    Coordinates at = coordinates(rows, 3);
                    Place area = at == null ? ofArea(destination.npa()) : null;
                    return new Place(
                            destination.npa(),
                            rows.getString(1),
                            rows.getString(2),
                            area == null ? at : area.at(),
                            grid(rows, 5));
                }
            }
        }
        Place area = ofArea(destination.npa());
        return area.region() == null
                ? new Place(destination.npa(), null, toldRegion(networkId, destination.npa()), null)
                : area;
    }

    /** Where a pool was told to look. Coordinates belong to the rate center that is nearest to them, and to no area code. */
    Place ofCentre(LocalCentre centre) throws SQLException {
        Coordinates point = centre.latitude() != null && centre.longitude() != null
                ? new Coordinates(centre.latitude(), centre.longitude())
                : centre.zipCode() == null ? null : ofZipCode(centre.zipCode());
        if (point != null) {
            return nearest(point);
        }
        return centre.tnPrefix() == null ? new Place(Place.NO_AREA, null, null, null) : ofArea(centre.tnPrefix());
    }

    @Nullable
    Coordinates ofZipCode(String zip) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT latitude, longitude FROM zip_code WHERE zip = ?")) {
            select.setString(1, zip);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? coordinates(rows, 1) : null;
            }
        }
    }

    /** Looks through all of them: a pool is filled seldom, and there are some twenty thousand. */
    private Place nearest(Coordinates point) throws SQLException {
        Place nearest = new Place(Place.NO_AREA, null, null, point);
        double miles = Double.POSITIVE_INFINITY;
        try (PreparedStatement select = connection.prepareStatement("SELECT name, region, latitude, longitude FROM"
                        + " rate_center WHERE latitude IS NOT NULL ORDER BY region, name");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                Coordinates at = coordinates(rows, 3);
                if (at != null && at.milesTo(point) < miles) {
                    miles = at.milesTo(point);
                    nearest = new Place(Place.NO_AREA, rows.getString(1), rows.getString(2), point);
                }
            }
        }
        return nearest;
    }

    private @Nullable String toldRegion(long networkId, int npa) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT region FROM bank_number WHERE network_id = ? AND number_type = 'local' AND country = 1"
                        + " AND npa = ? AND region IS NOT NULL ORDER BY region LIMIT 1")) {
            select.setLong(1, networkId);
            select.setInt(2, npa);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    Place ofArea(int npa) throws SQLException {
        return ofAreas(List.of(npa)).getOrDefault(npa, new Place(npa, null, null, null));
    }

    /** Each area code's commonest state, and the middle of its exchanges there. */
    Map<Integer, Place> ofAreas(Collection<Integer> npas) throws SQLException {
        Map<Integer, Place> places = new HashMap<>();
        if (npas.isEmpty()) {
            return places;
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT e.npa, r.region, AVG(r.latitude), AVG(r.longitude) FROM exchange e"
                        + " JOIN rate_center r ON r.id = e.rate_center_id WHERE e.npa IN ("
                        + String.join(",", Collections.nCopies(npas.size(), "?"))
                        + ") GROUP BY e.npa, r.region ORDER BY e.npa, COUNT(*) DESC, r.region")) {
            int at = 1;
            for (int npa : npas) {
                select.setInt(at++, npa);
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    places.putIfAbsent(
                            rows.getInt(1), new Place(rows.getInt(1), null, rows.getString(2), coordinates(rows, 3)));
                }
            }
        }
        return places;
    }

    static Place.@Nullable Grid grid(ResultSet rows, int column) throws SQLException {
        int v = rows.getInt(column);
        if (rows.wasNull()) {
            return null;
        }
        int h = rows.getInt(column + 1);
        return rows.wasNull() ? null : new Place.Grid(v, h);
    }

    static @Nullable Coordinates coordinates(ResultSet rows, int column) throws SQLException {
        double latitude = rows.getDouble(column);
        if (rows.wasNull()) {
            return null;
        }
        double longitude = rows.getDouble(column + 1);
        return rows.wasNull() ? null : new Coordinates(latitude, longitude);
    }
}
