package io.ringtrace.store.lease;

import java.util.Map;

/** A request that passed its checks: the visitor has an id, the destination is known. */
record Asked(Visitor visitor, Map<String, String> marketingData, boolean newAttribution) {
    /** In one pool, a visitor has one number for each destination that he sees. */
    record Visitor(String id, long destination) {}
}
