package io.ringtrace.http.text;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON in and out. What comes in is bounded in depth and lengths, has no key twice and nothing after its end. Thread-safe. */
public final class Json {
    /** requests, row, marketing_data, and one to spare. */
    private static final int DEEPEST = 8;

    private static final int LONGEST_STRING = 16 * 1024;
    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_NUMBER = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxStringLength(LONGEST_STRING)
                            .maxNameLength(LONGEST_NAME)
                            .maxNumberLength(LONGEST_NUMBER)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    /** What a body turned out to be. */
    public sealed interface Parsed {
        record Document(ObjectNode object) implements Parsed {}

        /** The message is a sentence for whoever sent it. */
        record Wrong(String message) implements Parsed {}
    }

    public static Parsed parseObject(byte[] body) {
        if (body.length == 0) {
            return new Parsed.Wrong("The body is empty; a JSON object is expected.");
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (StreamConstraintsException _) {
            return new Parsed.Wrong("The body is beyond a limit: " + DEEPEST + " levels, texts of " + LONGEST_STRING
                    + " characters, names of " + LONGEST_NAME + ", numbers of " + LONGEST_NUMBER + ".");
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            return new Parsed.Wrong("The body is not JSON"
                    + (at == null ? "." : ": line " + at.getLineNr() + ", column " + at.getColumnNr() + "."));
        }
        return node instanceof ObjectNode object
                ? new Parsed.Document(object)
                : new Parsed.Wrong("The body must be a JSON object.");
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    public static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    public static String text(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }
}
