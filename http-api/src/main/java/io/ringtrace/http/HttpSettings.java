package io.ringtrace.http;

import io.ringtrace.routing.IpNetwork;
import java.util.List;

/**
 * Where the HTTP interface listens and how much it takes on.
 *
 * @param address a literal IP address or a host name of this machine
 * @param port 0 for any free one
 * @param bodyLimitBytes largest request body; more is answered 413
 * @param importLimitBytes largest body of a number import
 * @param bulkRows most rows in one bulk or lease request
 * @param concurrentRequests most requests in work at once; more are answered 503 with Retry-After
 * @param waitingCalls most calls that may wait for the database at once; more are answered 503 with Retry-After
 * @param connections most open connections; more are closed at once
 * @param requestsPerSecond rate that one network token, or one source address without a token, may keep up; beyond it 429 with Retry-After.
 *     One pool's key may do four times that
 * @param burst how many requests may come at once before that rate holds
 * @param streams most clients of the call stream at once; more are answered 503 with Retry-After
 * @param trustedProxies whose X-Forwarded-For is believed
 * @param pages how much the tag's endpoint lends
 */
public record HttpSettings(
        String address,
        int port,
        int bodyLimitBytes,
        int importLimitBytes,
        int bulkRows,
        int concurrentRequests,
        int waitingCalls,
        int connections,
        int requestsPerSecond,
        int burst,
        int streams,
        List<IpNetwork> trustedProxies,
        Pages pages) {
    /**
     * How many numbers may be lent to new visitors of pages in a minute, and at once; beyond it there is no number.
     *
     * @param newNumbersBySource for one site, by its visitors' source network: /24, or /64 of IPv6
     */
    public record Pages(int newNumbersBySource, int newNumbersByPool) {
        public static final Pages USUAL = new Pages(120, 1_200);

        public Pages {
            if (newNumbersBySource < 1 || newNumbersByPool < 1) {
                throw new IllegalArgumentException("every limit of the tag's endpoint must be at least 1");
            }
        }
    }

    public HttpSettings {
        trustedProxies = List.copyOf(trustedProxies);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
        if (bodyLimitBytes < 1
                || importLimitBytes < 1
                || bulkRows < 1
                || concurrentRequests < 1
                || waitingCalls < 1
                || connections < 1
                || requestsPerSecond < 1
                || burst < 1
                || streams < 1) {
            throw new IllegalArgumentException("every limit of the HTTP interface must be at least 1");
        }
    }

    /** The usual limits: 1 MB, 10 MB for imports, 1,000 rows, 1,024 requests, 64 waiting, 10,000 connections, 5,000 requests/s after 10,000, 64 streams. */
    public static HttpSettings at(String address, int port) {
        return new HttpSettings(
                address, port, 1 << 20, 10 << 20, 1_000, 1_024, 64, 10_000, 5_000, 10_000, 64, List.of(), Pages.USUAL);
    }

    public HttpSettings with(List<IpNetwork> proxies, Pages limits) {
        return new HttpSettings(
                address,
                port,
                bodyLimitBytes,
                importLimitBytes,
                bulkRows,
                concurrentRequests,
                waitingCalls,
                connections,
                requestsPerSecond,
                burst,
                streams,
                proxies,
                limits);
    }
}
