package io.ringtrace.config;

import java.time.Duration;

/**
 * How long what is kept.
 *
 * @param callRecords from a call's start
 * @param leaseHistory from a lease's beginning
 */
public record RetentionConfig(Duration callRecords, Duration leaseHistory) {}
