package io.ringtrace.http.endpoint;

import io.ringtrace.http.text.QueryString;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that was let in: its caller is known, its body read and within the limits.
 *
 * @param path the path's variables, decoded
 * @param source the address that asks, proxies of ours left aside; null when it is not known
 * @param accept the Accept header; empty without one
 * @param origin the Origin header: the site whose page asks; empty without one
 * @param ifNoneMatch the If-None-Match header; empty without one
 * @param acceptEncoding the Accept-Encoding header; empty without one
 * @param lastEventId the Last-Event-ID header of somebody who goes on with a stream; empty without one
 * @param receivedNanos {@link System#nanoTime} when its head arrived
 * @param mayManage false for a token that is for reading alone: it is shown no key
 */
@SuppressWarnings("ArrayRecordComponent") // Read once; nobody compares requests.
public record Request(
        Caller caller,
        Map<String, String> path,
        QueryString query,
        @Nullable InetAddress source,
        String accept,
        String origin,
        String ifNoneMatch,
        String acceptEncoding,
        String lastEventId,
        byte[] body,
        long receivedNanos,
        boolean mayManage) {
    /** A variable of the endpoint's own path. */
    public String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the endpoint's path has no variable " + name);
        }
        return value;
    }
}
