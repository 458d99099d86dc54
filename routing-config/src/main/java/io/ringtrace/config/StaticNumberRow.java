package io.ringtrace.config;

import io.ringtrace.call.PhoneNumber;

/**
 * One line of a table of numbers, found free of mistakes of its own.
 *
 * @param position of the number
 * @param destinationPosition of the destination
 */
record StaticNumberRow(
        Position position,
        PhoneNumber number,
        Position destinationPosition,
        PhoneNumber destination,
        String campaign) {}
