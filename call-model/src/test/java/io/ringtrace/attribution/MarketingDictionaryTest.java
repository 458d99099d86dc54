package io.ringtrace.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.MarketingDictionary.Capture;
import io.ringtrace.attribution.MarketingDictionary.UnknownFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The marketing data dictionary")
class MarketingDictionaryTest {
    private static final List<MarketingField> FIELDS = List.of(
            new MarketingField("utm_source", "source", MarketingField.Type.STRING, 512, AttributionModel.LAST),
            new MarketingField("topic", null, MarketingField.Type.STRING, 5, AttributionModel.FIRST),
            new MarketingField("visits", null, MarketingField.Type.NUMBER, 20, AttributionModel.FIRST),
            new MarketingField("seen", "s", MarketingField.Type.STRING, 20, AttributionModel.UNIQUE));

    private static Capture capture(UnknownFields policy, boolean fromPage, Map<String, String> sent) {
        return new MarketingDictionary(policy, FIELDS)
                .capture(List.of(), sent, _ -> MarketingSource.URL_PARAMETER, fromPage);
    }

    private static MarketingData kept(Capture capture) {
        assertThat(capture).isInstanceOf(Capture.Kept.class);
        return ((Capture.Kept) capture).data();
    }

    @Test
    void declaredFieldsAreKeptWithSourceAndModelUnderTheirOwnName() {
        MarketingData data = kept(capture(
                UnknownFields.DROP, false, Map.of("source", "news", "topic", "teeth", "visits", "3", "mood", "good")));
        assertThat(data.values()).isEqualTo(Map.of("utm_source", "news", "topic", "teeth", "visits", "3"));
        assertThat(data.source("utm_source")).isEqualTo(MarketingSource.URL_PARAMETER);
    }

    @Test
    void fieldsByFirstAndUniqueAreNamedWithTheirLengthWhetherTheyWereSentOrNot() {
        Map<String, AttributionModel> models = Map.of(
                "topic", AttributionModel.FIRST, "visits", AttributionModel.FIRST, "seen", AttributionModel.UNIQUE);
        for (Map<String, String> sent : List.of(Map.<String, String>of(), Map.of("topic", "teeth", "seen", "a"))) {
            MarketingData data = kept(capture(UnknownFields.DROP, false, sent));
            assertThat(data.models()).isEqualTo(models);
            assertThat(data.length("seen")).isEqualTo(20);
        }
        MarketingDictionary last = new MarketingDictionary(UnknownFields.KEEP, FIELDS.subList(0, 1));
        assertThat(kept(last.capture(List.of(), Map.of("source", "news"), _ -> MarketingSource.API, false))
                        .models())
                .isEmpty();
    }

    @Test
    void aPoolNamesAFieldByItsPartnerNameToo() {
        Capture capture = new MarketingDictionary(UnknownFields.DROP, FIELDS)
                .capture(
                        List.of(new CapturedField("s", AttributionModel.UNIQUE)),
                        Map.of("seen", "a", "topic", "teeth"),
                        _ -> MarketingSource.API,
                        false);
        assertThat(kept(capture).values()).isEqualTo(Map.of("seen", "a"));
        assertThat(kept(capture).models()).isEqualTo(Map.of("seen", AttributionModel.UNIQUE));
    }

    @Test
    void onlyTextsAreGathered() {
        for (MarketingField.Type type : MarketingField.Type.values()) {
            MarketingField field = new MarketingField("field", null, type, 20, AttributionModel.FIRST);
            assertThat(field.wrongModel(AttributionModel.FIRST)).isNull();
            assertThat(field.wrongModel(AttributionModel.UNIQUE) == null).isEqualTo(type == MarketingField.Type.STRING);
        }
    }

    @Test
    void unknownFieldsAreDroppedKeptOrRefused() {
        Map<String, String> sent = Map.of("mood", "good");
        assertThat(kept(capture(UnknownFields.DROP, false, sent)).values()).isEmpty();
        assertThat(kept(capture(UnknownFields.KEEP, false, sent)).values()).isEqualTo(sent);
        assertThat(capture(UnknownFields.REFUSE, false, sent))
                .isEqualTo(new Capture.Refused("The marketing data field 'mood' is not in the network's dictionary."));
        assertThat(kept(capture(UnknownFields.REFUSE, true, sent)).values()).isEmpty();
    }

    @Test
    void whatDoesNotFitIsRefusedFromProgramsAndLeftOutFromPages() {
        Map<String, String> sent = Map.of("topic", "longer", "utm_source", "news");
        assertThat(capture(UnknownFields.DROP, false, sent))
                .isEqualTo(
                        new Capture.Refused("The marketing data field 'topic' must have at most 5 characters, not 6."));
        assertThat(kept(capture(UnknownFields.DROP, true, sent)).values()).isEqualTo(Map.of("utm_source", "news"));
        assertThat(capture(UnknownFields.DROP, false, Map.of("visits", "many")))
                .isEqualTo(new Capture.Refused("The marketing data field 'visits' must be a number such as 12.5."));
        assertThat(capture(UnknownFields.DROP, false, Map.of("mood", "x".repeat(513))))
                .isInstanceOf(Capture.Refused.class);
        assertThat(capture(UnknownFields.DROP, false, Map.of("utm_source", "a\u0000b")))
                .isInstanceOf(Capture.Refused.class);
    }

    @Test
    void aPoolKeepsItsOwnFieldsByItsOwnModels() {
        Capture capture = new MarketingDictionary(UnknownFields.DROP, FIELDS)
                .capture(
                        List.of(new CapturedField("utm_source", AttributionModel.FIRST)),
                        Map.of("utm_source", "news", "topic", "teeth"),
                        _ -> MarketingSource.API,
                        false);
        assertThat(kept(capture).values()).isEqualTo(Map.of("utm_source", "news"));
        assertThat(kept(capture).models()).isEqualTo(Map.of("utm_source", AttributionModel.FIRST));
    }

    @Test
    void noLeaseHasMoreThanTwentyFiveFields() {
        Map<String, String> sent = new LinkedHashMap<>();
        IntStream.range(0, 26).forEach(i -> sent.put("field" + i, "x"));
        assertThat(capture(UnknownFields.KEEP, false, sent))
                .isEqualTo(new Capture.Refused("There may be at most 25 marketing data fields, not 26."));
        assertThat(kept(capture(UnknownFields.KEEP, true, sent)).values())
                .hasSize(25)
                .doesNotContainKey("field25");
        assertThat(kept(capture(UnknownFields.DROP, false, sent)).values()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NUMBER, 12, true",
        "NUMBER, -3.5, true",
        "NUMBER, 1e9, false",
        "BOOLEAN, true, true",
        "BOOLEAN, yes, false",
        "URL, https://www.example.org/a?b=c, true",
        "URL, javascript:alert(1), false",
        "URL, /a, false",
        "DATE, 2026-12-31, true",
        "DATE, 2026-02-30, false"
    })
    void valuesAreOfTheirType(MarketingField.Type type, String value, boolean good) {
        Capture capture = new MarketingDictionary(
                        UnknownFields.DROP,
                        List.of(new MarketingField("field", null, type, 512, AttributionModel.LAST)))
                .capture(List.of(), Map.of("field", value), _ -> MarketingSource.API, false);
        assertThat(capture instanceof Capture.Kept).isEqualTo(good);
    }
}
