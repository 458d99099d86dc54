package io.ringtrace.attribution;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A field that a network has declared.
 *
 * @param partnerName another name that partners send it by and get it by; null for none
 * @param longest most characters of a value, 1 to {@link MarketingData#LONGEST_VALUE}
 */
public record MarketingField(
        String name, @Nullable String partnerName, Type type, int longest, AttributionModel model) {
    private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,18}(\\.[0-9]{1,18})?");

    /** What a value must be. */
    public enum Type {
        STRING("a text"),
        /** A decimal number, such as 12 or -3.5. */
        NUMBER("a number such as 12.5"),
        BOOLEAN("true or false"),
        /** Absolute, by http or https. */
        URL("an address such as https://www.example.org/page"),
        /** As in ISO 8601. */
        DATE("a date such as 2026-12-31");

        private final String expected;

        Type(String expected) {
            this.expected = expected;
        }

        /** {@code string}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static @Nullable Type ofTextOrNull(String text) {
            for (Type type : values()) {
                if (type.text().equals(text)) {
                    return type;
                }
            }
            return null;
        }

        boolean takes(String value) {
            return switch (this) {
                case STRING -> true;
                case NUMBER -> DECIMAL.matcher(value).matches() && new BigDecimal(value).precision() <= 36;
                case BOOLEAN -> value.equals("true") || value.equals("false");
                case URL -> url(value);
                case DATE -> date(value);
            };
        }

        private static boolean url(String value) {
            try {
                URI uri = new URI(value);
                String scheme = uri.getScheme();
                return uri.getHost() != null
                        && scheme != null
                        && (scheme.toLowerCase(Locale.ROOT).equals("https")
                                || scheme.toLowerCase(Locale.ROOT).equals("http"));
            } catch (URISyntaxException _) {
                return false;
            }
        }

        private static boolean date(String value) {
            try {
                LocalDate.parse(value);
                return true;
            } catch (DateTimeParseException _) {
                return false;
            }
        }
    }

    /** Why its values cannot be kept by the model, as words after its name; null when they can. */
    public @Nullable String wrongModel(AttributionModel model) {
        return model == AttributionModel.UNIQUE && type != Type.STRING
                ? "cannot have model Unique, which gathers values into one text parted by commas: its type is "
                        + type.text() + ", not string"
                : null;
    }

    /** What is wrong with a value of it, in words without a full stop; null when nothing is. */
    @Nullable
    String wrongValue(String value) {
        if (value.length() > longest) {
            return "the marketing data field '" + name + "' must have at most " + longest + " characters, not "
                    + value.length();
        }
        return type.takes(value) ? null : "the marketing data field '" + name + "' must be " + type.expected;
    }
}
