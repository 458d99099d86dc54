package io.ringtrace.http.text;

import io.ringtrace.call.PhoneNumber;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the fields of one JSON object by type and remembers, in words, each that is wrong. Missing and null are the same. For one thread. */
public final class JsonFields {
    private final ObjectNode object;
    private final boolean numbersAsText;
    private final List<String> errors = new ArrayList<>();

    /**
     * @param numbersAsText also takes {@code "3"} for 3 and {@code "true"} for true, as clients of Invoca's interface send them
     */
    public JsonFields(ObjectNode object, boolean numbersAsText) {
        this.object = object;
        this.numbersAsText = numbersAsText;
    }

    public List<String> errors() {
        return List.copyOf(errors);
    }

    public void wrong(String message) {
        errors.add(message);
    }

    /** All errors as sentences in one line. */
    public String errorText() {
        return String.join(". ", errors) + ".";
    }

    /** Fields with other names are wrong. */
    public void onlyThese(Set<String> names) {
        for (String name : object.propertyNames()) {
            if (!names.contains(name)) {
                errors.add(PlainText.clean(name) ? "unknown field '" + name + "'" : "a field has an unreadable name");
            }
        }
    }

    /** At most {@code longest} characters, none of them a control character; an empty text is one. */
    public @Nullable String text(String name, int longest) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        String text = value.isString() || (numbersAsText && value.isNumber()) ? value.asString() : null;
        if (text == null) {
            errors.add(name + " must be a text");
        } else if (text.length() > longest) {
            errors.add(name + " must have at most " + longest + " characters");
        } else if (!PlainText.clean(text)) {
            errors.add(name + " must not hold control characters");
        } else {
            return text;
        }
        return null;
    }

    /** An id as {@link PlainText#id} has it. */
    public @Nullable String id(String name) {
        int before = errors.size();
        String text = text(name, 64);
        if (text == null || PlainText.id(text)) {
            return errors.size() > before ? null : text;
        }
        errors.add(PlainText.idRule(name));
        return null;
    }

    public @Nullable Integer integer(String name, int least, int most) {
        BigDecimal number = number(name);
        if (number == null) {
            return null;
        }
        if (number.stripTrailingZeros().scale() > 0
                || number.compareTo(BigDecimal.valueOf(least)) < 0
                || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            errors.add(name + " must be a whole number from " + least + " to " + most);
            return null;
        }
        return number.intValueExact();
    }

    /** Any decimal number of a sane size; what it may be is the caller's to say. */
    public @Nullable BigDecimal number(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        BigDecimal number = null;
        if (value.isNumber()) {
            number = value.decimalValue();
        } else if (numbersAsText && value.isString() && value.asString().matches("-?[0-9]{1,15}(\\.[0-9]{1,9})?")) {
            number = new BigDecimal(value.asString());
        }
        // An exponent of millions would make the arithmetic itself an attack.
        if (number == null || Math.abs((long) number.scale()) > 20 || number.precision() > 20) {
            errors.add(name + " must be a number");
            return null;
        }
        return number;
    }

    public @Nullable Boolean bool(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (numbersAsText && value.isString()) {
            switch (value.asString()) {
                case "true", "1" -> {
                    return true;
                }
                case "false", "0" -> {
                    return false;
                }
                default -> {}
            }
        }
        errors.add(name + " must be true or false");
        return null;
    }

    /** An array of at least one E.164 number and so many at most; empty, and an error, for anything else. */
    public List<PhoneNumber> phoneNumbers(String name, int most) {
        List<PhoneNumber> numbers = new ArrayList<>();
        if (value(name) instanceof ArrayNode array && array.size() <= most) {
            for (JsonNode each : array) {
                PhoneNumber number = each.isString() ? PhoneNumber.parseOrNull(each.asString()) : null;
                if (number == null) {
                    wrong(name + " must be E.164 numbers such as +18005550123");
                    return List.of();
                }
                numbers.add(number);
            }
        }
        if (numbers.isEmpty()) {
            wrong(name + " must be an array of 1 to " + most + " E.164 numbers");
        }
        return numbers;
    }

    public @Nullable ObjectNode object(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (value instanceof ObjectNode inner) {
            return inner;
        }
        errors.add(name + " must be an object");
        return null;
    }

    private @Nullable JsonNode value(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }
}
