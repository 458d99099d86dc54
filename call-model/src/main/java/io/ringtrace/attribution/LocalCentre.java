package io.ringtrace.attribution;

import org.jspecify.annotations.Nullable;

/**
 * Where a pool of local numbers looks for them, when not around its destination. Of several, the coordinates count, then the zip code, then
 * the area code.
 *
 * @param tnPrefix an area code
 * @param zipCode five digits, looked up in the imported table
 * @param latitude in degrees; with the longitude or not at all
 */
public record LocalCentre(
        @Nullable Integer tnPrefix,
        @Nullable String zipCode,
        @Nullable Double latitude,
        @Nullable Double longitude) {}
