package io.ringtrace.http.endpoint;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What body an endpoint reads. */
public enum RequestBody {
    NONE,
    JSON,
    /** JSON from a page of another origin, stated as plain text: so a browser sends it without asking first. */
    JSON_OF_PAGE,
    /** A file, mostly CSV, with a limit of its own. */
    IMPORT;

    /** True for one of its media types, whatever the parameters, and for none stated. */
    public boolean accepts(@Nullable String contentType) {
        if (contentType == null) {
            return true;
        }
        int semicolon = contentType.indexOf(';');
        String mediaType = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
        return switch (this) {
            case NONE -> true;
            case JSON -> mediaType.equals("application/json");
            case JSON_OF_PAGE -> mediaType.equals("text/plain") || mediaType.equals("application/json");
            case IMPORT ->
                switch (mediaType) {
                    case "text/csv", "text/plain", "application/csv", "application/octet-stream", "application/json" ->
                        true;
                    default -> false;
                };
        };
    }

    /** The media type to tell somebody who sent another. */
    public String usualMediaType() {
        return this == IMPORT ? "text/csv" : "application/json";
    }
}
