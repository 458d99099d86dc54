package io.ringtrace.http.endpoint;

/** Who may ask an endpoint. */
public enum Access {
    /** Everybody: it tells nothing of any account. */
    PUBLIC,
    /** Whoever knows the pool's key; the endpoint checks it. */
    POOL_KEY,
    /** A page of one of the site's origins; the endpoint checks it. */
    SITE,
    /** A network token. Where the path names a network, only that network's; another looks like a missing one. */
    NETWORK,
    /** A network token, or the operator's for all networks. */
    NETWORK_OR_OPERATOR,
    OPERATOR
}
