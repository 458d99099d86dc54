package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import java.util.List;

/**
 * How a gateway wants destination numbers written: steps, each of which takes what the one before it made. The first gets E.164 with its plus
 * sign. Immutable, thread-safe.
 *
 * @param name as the operator's files call it
 * @param source file and line where it stands
 */
public record NumberSteps(String name, List<Step> steps, String source) {
    public NumberSteps {
        steps = List.copyOf(steps);
    }

    /** One change of a number's text. */
    public sealed interface Step {
        String apply(String text);
    }

    /** Takes so many characters away at the front; what is shorter becomes empty. */
    public record Strip(int characters) implements Step {
        @Override
        public String apply(String text) {
            return text.substring(Math.min(characters, text.length()));
        }
    }

    public record Prepend(String prefix) implements Step {
        @Override
        public String apply(String text) {
            return prefix + text;
        }
    }

    /** Puts one beginning in the place of another; what begins otherwise stays as it is. */
    public record ReplacePrefix(String from, String to) implements Step {
        @Override
        public String apply(String text) {
            return text.startsWith(from) ? to + text.substring(from.length()) : text;
        }
    }

    /** With a plus sign at the front, or without one. */
    public record PlusSign(boolean wanted) implements Step {
        @Override
        public String apply(String text) {
            String digits = text.startsWith("+") ? text.substring(1) : text;
            return wanted ? "+" + digits : digits;
        }
    }

    /** The number as the gateway gets it. */
    public String written(PhoneNumber number) {
        String text = number.toString();
        for (Step step : steps) {
            text = step.apply(text);
        }
        return text;
    }
}
