package io.ringtrace.http.endpoint;

import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.XmlText;
import tools.jackson.databind.node.ObjectNode;

/** How an endpoint words a problem: our own shape, or the ones that clients of Invoca's interface read. */
public enum ErrorShape {
    /** {@code {"error":{"code":"…","message":"…"}}}. */
    OURS,
    /** {@code {"errors":{"class":"RecordInvalid","invalid_data":"…"}}}. */
    RECORD,
    /** {@code InvalidKey: …} as text. */
    TEXT,
    /** {@code <Error><Class>InvalidKey</Class><Message>…}. */
    XML;

    public Answer answer(Problem problem) {
        Answer answer = switch (this) {
            case OURS -> {
                ObjectNode body = Json.object();
                body.putObject("error").put("code", problem.code()).put("message", problem.message());
                yield Answer.of(problem.status(), Answer.JSON, Json.bytes(body));
            }
            case RECORD -> {
                ObjectNode body = Json.object();
                body.putObject("errors").put("class", className(problem.code())).put("invalid_data", problem.message());
                yield Answer.of(problem.status(), Answer.JSON, Json.bytes(body));
            }
            case TEXT -> Answer.of(problem.status(), Answer.TEXT, className(problem.code()) + ": " + problem.message());
            case XML ->
                Answer.of(
                        problem.status(),
                        Answer.XML,
                        XmlText.document("Error")
                                .element("Class", className(problem.code()))
                                .element("Message", problem.message())
                                .end());
        };
        if (problem.retryAfterSeconds() > 0) {
            answer = answer.with("Retry-After", Long.toString(problem.retryAfterSeconds()));
        }
        if (!problem.allow().isEmpty()) {
            answer = answer.with("Allow", String.join(", ", problem.allow()));
        }
        if (problem.status() == 401) {
            answer = answer.with("WWW-Authenticate", "Bearer");
        }
        return answer;
    }

    /** {@code invalid_key} as Invoca writes it: {@code InvalidKey}. */
    public static String className(String code) {
        StringBuilder name = new StringBuilder(code.length());
        boolean upper = true;
        for (int i = 0; i < code.length(); i++) {
            char c = code.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                name.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return name.toString();
    }
}
