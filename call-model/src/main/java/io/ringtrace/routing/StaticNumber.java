package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;

/** A number that the operator's files assign to a campaign, without a pool. */
public record StaticNumber(PhoneNumber number, PhoneNumber destination, String campaign, String source) {}
