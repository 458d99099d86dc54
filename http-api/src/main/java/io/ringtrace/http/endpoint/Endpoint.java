package io.ringtrace.http.endpoint;

import java.util.function.Function;

/**
 * One method on one path.
 *
 * @param method GET, POST, PUT, DELETE or OPTIONS
 * @param path with variables as {@code :name}; also its name in the metrics
 */
public record Endpoint(String method, String path, Access access, RequestBody body, ErrorShape errors, Work work) {
    public static Endpoint get(String path, Access access, ErrorShape errors, Work work) {
        return new Endpoint("GET", path, access, RequestBody.NONE, errors, work);
    }

    public static Endpoint post(String path, Access access, ErrorShape errors, Work work) {
        return new Endpoint("POST", path, access, RequestBody.JSON, errors, work);
    }

    public static Work observing(Function<Request, Reply> work) {
        return new Work.Observing(work);
    }

    public static Work waiting(Work.WaitingWork work) {
        return new Work.Waiting(work);
    }
}
