package io.ringtrace.http.endpoint;

import java.util.List;

/**
 * Why a request was not served: a code for the machine and a sentence for the person. Whatever else is known stands in the log only.
 *
 * @param code in snake case; Invoca's shapes write it in camel case
 * @param retryAfterSeconds when asking again may help; 0 for none
 * @param allow the methods to use instead, for 405; else empty
 */
public record Problem(int status, String code, String message, long retryAfterSeconds, List<String> allow)
        implements Reply {
    public Problem {
        allow = List.copyOf(allow);
    }

    public static Problem of(int status, String code, String message) {
        return new Problem(status, code, message, 0, List.of());
    }

    public static Problem later(int status, String code, String message, long retryAfterMillis) {
        return new Problem(status, code, message, Math.max(1, Math.ceilDiv(retryAfterMillis, 1000L)), List.of());
    }

    public static Problem invalid(String message) {
        return of(400, "invalid_request", message);
    }

    /** The same for what is missing and for what belongs to somebody else. */
    public static Problem notFound() {
        return of(404, "record_not_found", "There is no such resource.");
    }

    public static Problem unauthorized(String message) {
        return of(401, "unauthorized", message);
    }

    public static Problem methodNotAllowed(List<String> allow) {
        return new Problem(
                405, "method_not_allowed", "This resource takes " + String.join(", ", allow) + " only.", 0, allow);
    }

    public static Problem unavailable(String message, long retryAfterMillis) {
        return later(503, "service_unavailable", message, retryAfterMillis);
    }

    /**
     * @param handle names the log entry that has the details
     */
    public static Problem internal(long handle) {
        return of(
                500,
                "internal_service_error",
                "Something went wrong on our side; the log has it as error " + handle + ".");
    }
}
