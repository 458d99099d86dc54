package io.ringtrace.config;

import io.ringtrace.routing.IpNetwork;
import java.util.List;

/** @param allowedNetworks where webhooks may go beside public addresses */
public record WebhookConfig(List<IpNetwork> allowedNetworks) {
    public WebhookConfig {
        allowedNetworks = List.copyOf(allowedNetworks);
    }
}
