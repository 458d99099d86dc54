package io.ringtrace.attribution;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which value of a marketing field counts when a visitor came to a pool several times. */
public enum AttributionModel {
    /** The value of his first presentation in the pool stays. */
    FIRST("First"),
    /** That of the presentation which began the lease; a field that it did not bring is absent. */
    LAST("Last"),
    /** All different values in the order in which they came, parted by commas, as far as they fit into the field's length. */
    UNIQUE("Unique");

    private final String text;

    AttributionModel(String text) {
        this.text = text;
    }

    /** As the interface writes it: {@code First}. */
    public String text() {
        return text;
    }

    public static @Nullable AttributionModel ofTextOrNull(String text) {
        for (AttributionModel model : values()) {
            if (model.text.toLowerCase(Locale.ROOT).equals(text.toLowerCase(Locale.ROOT))) {
                return model;
            }
        }
        return null;
    }
}
