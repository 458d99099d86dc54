package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Numbers in Invoca's shapes, byte for byte")
class AllocateTest {
    private static final String ALLOCATE = "/api/2013-07-01/ring_pools/16/allocate_number.";

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Nested
    @DisplayName("allocate_number")
    class Allocate {
        @Test
        void jsonHasTheDocumentedFieldsInTheirOrder() throws Exception {
            api.pools.give("acme", "16", null, "+18883906665");
            HttpResponse<String> answer =
                    api.get(ALLOCATE + "json?ring_pool_key=key-acme-16&site=a&location=b%20c&oauth_token=secret");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json; charset=utf-8");
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"promo_number_formatted\":\"888-390-6665\",\"tracking_url\":\"\",\"promo_number\":\"8883906665\"}");
            assertThat(api.pools.asked.getFirst().marketingData().values())
                    .isEqualTo(Map.of("site", "a", "location", "b c"));
            assertThat(api.pools.asked.getFirst().visitorId()).isNull();
        }

        @Test
        void xmlIsAResponseDocument() throws Exception {
            api.pools.give("acme", "16", null, "+18883906665");
            HttpResponse<String> answer = api.get(ALLOCATE + "xml?ring_pool_key=key-acme-16");
            assertThat(answer.body()).isEqualTo("""
                            <?xml version="1.0" encoding="UTF-8"?>
                            <Response>
                              <PromoNumberFormatted>888-390-6665</PromoNumberFormatted>
                              <PromoNumber>8883906665</PromoNumber>
                              <TrackingUrl></TrackingUrl>
                            </Response>
                            """);
        }

        @Test
        void csvIsAHeaderRowAndOneRow() throws Exception {
            api.pools.give("acme", "16", null, "+18883906665");
            assertThat(api.get(ALLOCATE + "csv?ring_pool_key=key-acme-16").body())
                    .isEqualTo("PromoNumberFormatted,PromoNumber,TrackingUrl\n888-390-6665,8883906665,\n");
        }

        @Test
        void numbersOutsideNorthAmericaStayInE164() throws Exception {
            api.pools.give("acme", "16", null, "+442079460123");
            assertThat(api.get(ALLOCATE + "json?ring_pool_key=key-acme-16").body())
                    .isEqualTo(
                            "{\"promo_number_formatted\":\"+442079460123\",\"tracking_url\":\"\",\"promo_number\":\"+442079460123\"}");
        }

        @Test
        void aVisitorIdMakesItIdempotent() throws Exception {
            api.pools.give("acme", "16", null, "+18883906665", "+18883906666");
            String first = api.get(ALLOCATE + "json?ring_pool_key=key-acme-16&visitor_id=v1")
                    .body();
            assertThat(api.get(ALLOCATE + "json?ring_pool_key=key-acme-16&visitor_id=v1")
                            .body())
                    .isEqualTo(first);
            assertThat(api.get(ALLOCATE + "json?ring_pool_key=key-acme-16&visitor_id=v2")
                            .body())
                    .isNotEqualTo(first);
        }

        @Test
        void overflowIsSaidOnlyWhenTrue() throws Exception {
            api.pools.give("acme", "16", "+18669715703");
            assertThat(api.get(ALLOCATE + "json?ring_pool_key=key-acme-16").body())
                    .isEqualTo(
                            "{\"promo_number_formatted\":\"866-971-5703\",\"tracking_url\":\"\",\"promo_number\":\"8669715703\",\"overflow\":true}");
            assertThat(api.get(ALLOCATE + "csv?ring_pool_key=key-acme-16").body())
                    .isEqualTo(
                            "PromoNumberFormatted,PromoNumber,TrackingUrl,Overflow\n866-971-5703,8669715703,,true\n");
            assertThat(api.get(ALLOCATE + "xml?ring_pool_key=key-acme-16").body())
                    .contains("<Overflow>true</Overflow>");
        }

        @Test
        void aWrongKeyIsInvalidKeyAsText() throws Exception {
            for (String format : new String[] {"json", "csv"}) {
                HttpResponse<String> answer = api.get(
                        "/api/2013-07-01/ring_pools/1/allocate_number." + format + "?ring_pool_key=A329F4DC002168");
                assertThat(answer.statusCode()).isEqualTo(403);
                assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
                assertThat(answer.body())
                        .isEqualTo("InvalidKey: API Key 'A329F4DC002168' is not valid for resource '1'");
            }
        }

        @Test
        void aWrongKeyIsInvalidKeyAsXml() throws Exception {
            HttpResponse<String> answer =
                    api.get("/api/2013-07-01/ring_pools/1/allocate_number.xml?ring_pool_key=%3CA%26B%00%3E");
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).isEqualTo("""
                            <?xml version="1.0" encoding="UTF-8"?>
                            <Error>
                              <Class>InvalidKey</Class>
                              <Message>API Key '&lt;A&amp;B\uFFFD&gt;' is not valid for resource '1'</Message>
                            </Error>
                            """);
        }

        @Test
        void theKeyOfAnotherNetworksPoolWithTheSameIdGivesThatNetworksNumber() throws Exception {
            api.pools.give("acme", "16", null, "+18883906665");
            api.pools.give("other", "16", null, "+18774551120");
            assertThat(api.get(ALLOCATE + "json?ring_pool_key=key-other-16").body())
                    .contains("8774551120");
        }

        @Test
        void noNumberSaysSoAndWhenToAskAgain() throws Exception {
            HttpResponse<String> answer = api.get(ALLOCATE + "json?ring_pool_key=key-acme-16");
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.headers().firstValue("retry-after")).hasValue("60");
            assertThat(answer.body())
                    .isEqualTo(
                            "NoNumberAvailable: No promo number of RingPool '16' is free; the page keeps its destination number.");
        }

        @Test
        void aStoreThatIsAwayIs503WithRetryAfter() throws Exception {
            api.pools.goAway();
            HttpResponse<String> answer = api.get(ALLOCATE + "xml?ring_pool_key=key-acme-16");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("retry-after")).hasValue("3");
            assertThat(answer.body()).contains("<Class>ServiceUnavailable</Class>");
        }
    }

    @Nested
    @DisplayName("bulk")
    class Bulk {
        private static final String BULK = "/api/2013-07-01/bulk.json";

        @Test
        void answersInOrderWithOverflowOnlyWhereTrue() throws Exception {
            api.pools.give("acme", "16", "+18669715703", "+18883906665", "+18774551120");
            HttpResponse<String> answer = api.post(BULK, "", """
                    {"requests":[
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=key-acme-16&m1=autos&m2=ford","request_id":"193C5F"},
                      {"api_suffix":"/ring_pools/16/allocate_number.json?ring_pool_key=key-acme-16&m1=antiques","request_id":"58CD4F"},
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=key-acme-16&m1=electronics","request_id":"E3901B"}]}""");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("processing-time").orElseThrow())
                    .matches("[0-9]+");
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"responses\":["
                                    + "{\"request_id\":\"193C5F\",\"promo_number_formatted\":\"888-390-6665\",\"promo_number\":\"8883906665\",\"tracking_url\":\"\"},"
                                    + "{\"request_id\":\"58CD4F\",\"promo_number_formatted\":\"877-455-1120\",\"promo_number\":\"8774551120\",\"tracking_url\":\"\"},"
                                    + "{\"request_id\":\"E3901B\",\"promo_number_formatted\":\"866-971-5703\",\"promo_number\":\"8669715703\",\"tracking_url\":\"\",\"overflow\":true}]}");
            assertThat(api.pools.asked.getFirst().marketingData().values())
                    .isEqualTo(Map.of("m1", "autos", "m2", "ford"));
        }

        @Test
        void badRowsStandInTheirPlacesAndFailNobodyElse() throws Exception {
            api.pools.give("acme", "16", null, "+18883906665", "+18774551120");
            HttpResponse<String> answer = api.post(BULK, "", """
                    {"requests":[
                      {"api_suffix":"1/allocate_number.json?ring_pool_key=A329F4DC002168","request_id":"a"},
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=key-acme-16&visitor_id=v1","request_id":"b"},
                      7,
                      {"request_id":"c"},
                      {"api_suffix":"16/delete.json","request_id":5},
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=%zz","request_id":null},
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=key-acme-16&x=%01","request_id":"d"},
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=key-acme-16","request_id":{"a":1}},
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=key-acme-16&visitor_id=v1"},
                      {"api_suffix":"16/allocate_number.json?ring_pool_key=key-acme-16"}]}""");
            assertThat(answer.statusCode()).isEqualTo(200);
            String number =
                    "\"promo_number_formatted\":\"888-390-6665\",\"promo_number\":\"8883906665\",\"tracking_url\":\"\"}";
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"responses\":["
                                    + "{\"request_id\":\"a\",\"error_class\":\"InvalidKey\",\"message\":\"API Key 'A329F4DC002168' is not valid for resource '1'\"},"
                                    + "{\"request_id\":\"b\"," + number + ","
                                    + "{\"error_class\":\"InvalidRequest\",\"message\":\"A request must be an object.\"},"
                                    + "{\"request_id\":\"c\",\"error_class\":\"InvalidRequest\",\"message\":\"api_suffix must be a text of at most 8192 characters.\"},"
                                    + "{\"request_id\":5,\"error_class\":\"InvalidRequest\",\"message\":\"api_suffix must look like <pool>/allocate_number.json?ring_pool_key=<key>.\"},"
                                    + "{\"request_id\":null,\"error_class\":\"InvalidRequest\",\"message\":\"The query of api_suffix is malformed.\"},"
                                    + "{\"request_id\":\"d\",\"error_class\":\"InvalidMarketingData\",\"message\":\"The marketing data field 'x' must be at most 512 characters, none of them a control character.\"},"
                                    + "{\"error_class\":\"InvalidRequest\",\"message\":\"request_id must be a whole number or a text of at most 256 characters.\"},"
                                    + "{" + number + ","
                                    + "{\"promo_number_formatted\":\"877-455-1120\",\"promo_number\":\"8774551120\",\"tracking_url\":\"\"}]}");
        }

        @Test
        void unavailableForAllIs503() throws Exception {
            api.pools.goAway();
            String good = "{\"api_suffix\":\"16/allocate_number.json?ring_pool_key=key-acme-16\"}";
            HttpResponse<String> all = api.post(BULK, "", "{\"requests\":[" + good + "," + good + "]}");
            assertThat(all.statusCode()).isEqualTo(503);
            assertThat(all.headers().firstValue("retry-after")).hasValue("3");
            HttpResponse<String> some = api.post(BULK, "", "{\"requests\":[" + good + ",1]}");
            assertThat(some.statusCode()).isEqualTo(200);
            assertThat(some.body()).contains("\"error_class\":\"ServiceUnavailable\"");
        }
    }
}
