package io.ringtrace.routing;

/** How SIP messages travel. */
public enum Transport {
    UDP,
    TCP,
    TLS
}
