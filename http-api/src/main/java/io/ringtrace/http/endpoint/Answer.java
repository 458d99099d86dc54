package io.ringtrace.http.endpoint;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A finished answer.
 *
 * @param body not to be changed any more
 */
@SuppressWarnings("ArrayRecordComponent") // Written once and sent; nobody compares answers.
public record Answer(int status, String mediaType, Map<String, String> headers, byte[] body) implements Reply {
    public static final String JSON = "application/json; charset=utf-8";
    public static final String CSV = "text/csv; charset=utf-8";
    public static final String XML = "application/xml; charset=utf-8";
    public static final String TEXT = "text/plain; charset=utf-8";

    public static Answer of(int status, String mediaType, byte[] body) {
        return new Answer(status, mediaType, Map.of(), body);
    }

    public static Answer of(int status, String mediaType, String body) {
        return of(status, mediaType, body.getBytes(StandardCharsets.UTF_8));
    }

    public Answer with(String header, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(header, value);
        return new Answer(status, mediaType, Map.copyOf(more), body);
    }
}
