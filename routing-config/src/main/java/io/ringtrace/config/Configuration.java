package io.ringtrace.config;

import io.ringtrace.routing.RoutingPlan;

/**
 * Everything the operator configured, checked and immutable.
 *
 * @param plan trunks, gateways, routes and static numbers; its version is a hash of the file
 */
public record Configuration(
        SipConfig sip,
        StoreConfig store,
        HttpConfig http,
        RetentionConfig retention,
        WebhookConfig webhooks,
        LogConfig log,
        RoutingPlan plan) {}
