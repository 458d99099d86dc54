package io.ringtrace.config;

import static io.ringtrace.config.ConfigBinder.duration;
import static io.ringtrace.config.ConfigBinder.integer;
import static io.ringtrace.config.ConfigBinder.text;
import static io.ringtrace.config.ConfigBinder.textOr;
import static io.ringtrace.config.ConfigBinder.texts;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.HeaderRules;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.NumberReading;
import io.ringtrace.routing.OverloadControl;
import io.ringtrace.routing.Supervision;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.routing.TrunkLimits;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes the trunks of a tree that has its defaults and was found free of mistakes. */
final class TrunkBinder {
    private final Map<String, String> environment;

    /** @param environment where secrets of the form {@code env:NAME} stand */
    TrunkBinder(Map<String, String> environment) {
        this.environment = environment;
    }

    Trunk trunk(String name, YamlNode.Mapping trunk) {
        YamlNode.Scalar destination = trunk.scalar("default-destination");
        YamlNode.Mapping numbers = trunk.mapping("numbers");
        return new Trunk(
                name,
                PlanBinder.networks(trunk),
                normalisation(numbers),
                destination == null ? null : PhoneNumber.parse(destination.text()),
                supervision(trunk.mapping("supervision")),
                reading(trunk, numbers),
                headers(trunk),
                access(trunk),
                limits(trunk.mapping("limits"), constant(OverloadControl.class, text(trunk, "overload-control"))),
                Boolean.parseBoolean(text(trunk, "trace")));
    }

    private TrunkAccess access(YamlNode.Mapping trunk) {
        return new TrunkAccess(
                texts(trunk.items("transports")).stream()
                        .map(t -> constant(Transport.class, t))
                        .collect(Collectors.toUnmodifiableSet()),
                texts(trunk.items("tls-subjects")).stream()
                        .map(s -> s.indexOf('=') < 0 ? s.toLowerCase(Locale.ROOT) : s)
                        .collect(Collectors.toUnmodifiableSet()),
                trunk.get("digest") == null ? null : DigestSecrets.user(trunk.mapping("digest"), environment),
                text(trunk, "in-dialog-from").equals("any"));
    }

    private static TrunkLimits limits(YamlNode.Mapping limits, OverloadControl overload) {
        return new TrunkLimits(
                new CallLimits(integer(limits, "calls-per-second"), integer(limits, "maximum-calls")),
                new CallLimits(
                        integer(limits, "calls-per-second-to-a-number"), integer(limits, "maximum-calls-to-a-number")),
                overload);
    }

    private static HeaderRules headers(YamlNode.Mapping trunk) {
        YamlNode.Mapping callerId = trunk.mapping("caller-id");
        return new HeaderRules(
                callerId(callerId),
                Boolean.parseBoolean(text(callerId, "rewrite-from")),
                constant(HeaderRules.PromoNumberHeader.class, text(trunk, "promo-number-header")),
                trunk.get("call-data") == null ? null : callData(trunk.mapping("call-data")),
                texts(trunk.items("strip-headers")));
    }

    private static HeaderRules.CallerId callerId(YamlNode.Mapping callerId) {
        return switch (text(callerId, "show")) {
            case "promo" -> new HeaderRules.CallerId.Promo();
            case "fixed" -> new HeaderRules.CallerId.Fixed(PhoneNumber.parse(text(callerId, "number")));
            default -> new HeaderRules.CallerId.Original();
        };
    }

    private static HeaderRules.CallDataHeader callData(YamlNode.Mapping callData) {
        return new HeaderRules.CallDataHeader(
                text(callData, "header"), integer(callData, "maximum-bytes"), texts(callData.items("fields")));
    }

    private static Supervision supervision(YamlNode.Mapping supervision) {
        return new Supervision(
                supervision.scalar("ask-every") == null ? null : duration(supervision, "ask-every"),
                Boolean.parseBoolean(text(supervision, "hang-up-at-maximum-duration")));
    }

    private static NumberReading reading(YamlNode.Mapping trunk, YamlNode.Mapping numbers) {
        return new NumberReading(
                texts(numbers.items("dialed-number-from")).stream()
                        .map(place -> constant(NumberReading.DialedSource.class, place))
                        .toList(),
                constant(NumberReading.PortedNumber.class, text(numbers, "ported-number")),
                Boolean.parseBoolean(text(trunk, "trusted")));
    }

    /** The constant that the kebab-case text names. */
    static <E extends Enum<E>> E constant(Class<E> type, String written) {
        return Enum.valueOf(type, written.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    private static NumberNormalisation normalisation(YamlNode.Mapping numbers) {
        return switch (text(numbers, "format")) {
            case "e164" -> NumberNormalisation.E164;
            case "nanp" -> NumberNormalisation.NANP;
            default ->
                new NumberNormalisation(
                        textOr(numbers, "country-code", ""),
                        textOr(numbers, "national-prefix", ""),
                        textOr(numbers, "international-prefix", ""),
                        Integer.parseInt(textOr(numbers, "national-digits", "0")));
        };
    }
}
