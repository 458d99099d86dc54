package io.ringtrace.store.account;

import io.ringtrace.attribution.HoursOfOperation;
import io.ringtrace.attribution.LocalCentre;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.Pools.Definition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The bounds of a RingPool's fields, by the names that the interface gives them. Stateless. */
final class PoolCheck {
    /** They stand in URLs. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,64}");

    private static final Pattern ZIP_CODE = Pattern.compile("[0-9]{5}");
    private static final int MOST_AREA_CODES = 100;
    private static final double MOST_LATITUDE = 90;
    private static final double MOST_LONGITUDE = 180;
    private static final int LONGEST_NAME = 255;
    private static final int SMALLEST_POOL = 2;
    private static final int LARGEST_POOL = 1_000_000;
    private static final int LONGEST_RADIUS_MILES = 12_500;
    private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(1);
    private static final Duration LONGEST_HOLD = Duration.ofDays(366);

    private PoolCheck() {}

    static boolean id(String id) {
        return ID.matcher(id).matches();
    }

    /** One message per wrong field. */
    static List<String> wrongFields(Definition definition) {
        List<String> wrong = new ArrayList<>();
        if (definition.idFromNetwork() != null
                && !definition.idFromNetwork().isBlank()
                && !id(definition.idFromNetwork())) {
            wrong.add("id_from_network must be 1 to 64 letters, digits, dots, dashes, tildes or underscores");
        }
        if (definition.name().isBlank() || definition.name().length() > LONGEST_NAME) {
            wrong.add("name must have 1 to " + LONGEST_NAME + " characters");
        }
        if (definition.lifetime().compareTo(SHORTEST_LIFETIME) < 0) {
            wrong.add("lifetime_seconds must be at least 1");
        }
        if (definition.hold().compareTo(definition.lifetime()) < 0) {
            wrong.add("hold_hours must be at least the lifetime ("
                    + definition.lifetime().toSeconds() + " s)");
        }
        if (definition.hold().compareTo(LONGEST_HOLD) > 0) {
            wrong.add("hold_hours must be at most " + LONGEST_HOLD.toHours());
        }
        if (definition.maxSize() < SMALLEST_POOL || definition.maxSize() > LARGEST_POOL) {
            wrong.add(
                    "max_pool_size must be " + SMALLEST_POOL + " to " + LARGEST_POOL + ", not " + definition.maxSize());
        }
        int radius = definition.localNumbers().searchRadiusMiles();
        if (radius < 1 || radius > LONGEST_RADIUS_MILES) {
            wrong.add("search_radius_miles must be 1 to " + LONGEST_RADIUS_MILES + ", not " + radius);
        }
        LocalCentre centre = definition.localNumbers().centre();
        if (centre != null) {
            addWrongCentre(centre, wrong);
        }
        if (!definition.localNumbers().areaCodes().stream().allMatch(PoolCheck::areaCode)
                || definition.localNumbers().areaCodes().size() > MOST_AREA_CODES) {
            wrong.add("tn_prefix_whitelist must have at most " + MOST_AREA_CODES + " area codes such as 805");
        }
        HoursOfOperation hours = definition.hours();
        String wrongHours = hours == null ? null : hours.wrong();
        if (wrongHours != null) {
            wrong.add("hours_of_operation: " + wrongHours);
        }
        if (definition.captured().size() > MarketingData.MOST_FIELDS) {
            wrong.add("marketing_data must have at most " + MarketingData.MOST_FIELDS + " fields, not "
                    + definition.captured().size());
        }
        return wrong;
    }

    private static boolean areaCode(int npa) {
        return npa >= 200 && npa <= 999;
    }

    private static void addWrongCentre(LocalCentre centre, List<String> wrong) {
        Integer npa = centre.tnPrefix();
        if (npa != null && !areaCode(npa)) {
            wrong.add("local_center: tn_prefix must be an area code such as 805");
        }
        String zip = centre.zipCode();
        if (zip != null && !ZIP_CODE.matcher(zip).matches()) {
            wrong.add("local_center: zipcode must have five digits");
        }
        Double latitude = centre.latitude();
        Double longitude = centre.longitude();
        if ((latitude == null) != (longitude == null)) {
            wrong.add("local_center: latitude and longitude go together");
        } else if (latitude != null
                && longitude != null
                && !(Math.abs(latitude) <= MOST_LATITUDE && Math.abs(longitude) <= MOST_LONGITUDE)) {
            wrong.add("local_center: latitude must be -90 to 90, longitude -180 to 180");
        }
    }
}
