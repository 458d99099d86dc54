package io.ringtrace.http.lease;

import io.ringtrace.attribution.MarketingSource;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Where the marketing data of a page came from: as it says, else as the tag captures it. Stateless. */
final class SentSources {
    private static final Pattern PARAMETER = Pattern.compile("utm_\\w+|gclid|gbraid|wbraid|dclid|msclkid|fbclid");
    private static final Set<String> FROM_REFERRER = Set.of("organic", "referral");

    private SentSources() {}

    static Function<String, MarketingSource> ofPage(Map<String, String> sent, Map<String, MarketingSource> said) {
        return name -> {
            MarketingSource source = said.get(name);
            return source != null ? source : usual(name, sent);
        };
    }

    private static MarketingSource usual(String name, Map<String, String> sent) {
        return switch (name) {
            case "referrer" -> MarketingSource.REFERRER;
            // Without parameters the tag tells search engine or site from the referrer.
            case "utm_source", "utm_medium" ->
                sent.containsKey("referrer") && FROM_REFERRER.contains(sent.getOrDefault("utm_medium", ""))
                        ? MarketingSource.REFERRER
                        : MarketingSource.URL_PARAMETER;
            default -> PARAMETER.matcher(name).matches() ? MarketingSource.URL_PARAMETER : MarketingSource.PAGE;
        };
    }
}
