package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The transactions export, as Invoca's clients ask for it")
class TransactionsTest {
    private static final String EXPORT = "/api/2022-08-01/networks/transactions/acme";

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
        api.records.publish(Calls.record(1, "acme", "lost"), null);
        api.records.publish(Calls.record(2, "other", "caller_hangup"), null);
        api.records.publish(Calls.record(3, "acme", "caller_hangup"), null);
        api.records.publish(Calls.record(1, "acme", "caller_hangup"), 1L);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void isAnArrayOfTheNetworksTransactionsWithInvocasFields() throws Exception {
        assertThat(api.get(EXPORT + ".json?limit=1", api.acme).body())
                .isEqualTo("[{\"transaction_id\":\"1\",\"corrects_transaction_id\":null,\"transaction_type\":\"Call\","
                        + "\"advertiser_id_from_network\":\"adv\",\"advertiser_campaign_id_from_network\":\"camp\","
                        + "\"virtual_line_id\":\"800-555-0123\",\"dynamic_number_pool_id\":\"16\","
                        + "\"call_result_description_detail\":\"Connected\",\"calling_phone_number\":\"212-555-0101\","
                        + "\"duration\":62,\"connect_duration\":60,\"start_time_local\":\"2026-01-31 09:30:00 +00:00\","
                        + "\"start_time_xml\":\"2026-01-31T09:30:00+00:00\",\"start_time_utc\":1769851800006,"
                        + "\"start_time_network_timezone\":\"2026-01-31 09:30:00 +00:00\","
                        + "\"start_time_network_timezone_xml\":\"2026-01-31T09:30:00+00:00\",\"corrected_at\":null,"
                        + "\"complete_call_id\":\"" + Calls.id(1) + "\",\"destination_phone_number\":\"800-555-0199\","
                        + "\"hangup_cause\":\"Caller: Lost\",\"utm_source\":\"=1+1\"}]");
    }

    @Test
    void goesOnAfterTheLastTransactionUntilThereIsNone() throws Exception {
        assertThat(ids(api.get(EXPORT + ".json?limit=2", api.acme))).containsExactly("1", "3");
        assertThat(ids(api.get(EXPORT + ".json?limit=2&start_after_transaction_id=3", api.acme)))
                .containsExactly("4");
        assertThat(api.get(EXPORT + ".json?start_after_transaction_id=4", api.acme)
                        .body())
                .isEqualTo("[]");
        assertThat(ids(api.get(EXPORT + ".json?start_after_transaction_id=", api.acme)))
                .containsExactly("1", "3", "4");
    }

    @Test
    void tellsACorrectionByTheTransactionItTakesThePlaceOf() throws Exception {
        String correction = api.get(EXPORT + ".json?transaction_id=4", api.acme).body();
        assertThat(correction)
                .contains("\"corrects_transaction_id\":\"1\"", "\"corrected_at\":\"2027-01-15 08:00:00 +00:00\"");
        assertThat(ids(api.get(EXPORT + ".json?call_record_id=" + Calls.id(1), api.acme)))
                .containsExactly("1", "4");
        assertThat(ids(api.get(EXPORT + ".json?transaction_id=3&call_record_id=" + Calls.id(1), api.acme)))
                .isEmpty();
    }

    @Test
    void filtersByDaysOnlyWhenBothAreGiven() throws Exception {
        String day = EXPORT + ".json?from=2026-01-31&to=2026-01-31";
        assertThat(ids(api.get(day, api.acme))).containsExactly("1", "3", "4");
        assertThat(ids(api.get(day + "&limit=1&start_after_transaction_id=3", api.acme)))
                .containsExactly("4");
        assertThat(ids(api.get(EXPORT + ".json?from=2026-02-01&to=2026-02-02", api.acme)))
                .isEmpty();
        assertThat(ids(api.get(EXPORT + ".json?from=2026-02-01", api.acme))).hasSize(3);
        assertThat(ids(api.get(EXPORT + ".json?transaction_type=Signal", api.acme)))
                .isEmpty();
        assertThat(ids(api.get(EXPORT + ".json?transaction_type[]=Call", api.acme)))
                .hasSize(3);
    }

    @Test
    void givesTheColumnsAskedForAndMarketingDataWithItsSources() throws Exception {
        assertThat(api.get(
                                EXPORT + ".json?limit=1&include_columns=transaction_id,$invoca_custom_columns,"
                                        + "$invoca_custom_source_columns,attribution_status,gclid",
                                api.acme)
                        .body())
                .isEqualTo("[{\"transaction_id\":\"1\",\"utm_source\":\"=1+1\",\"utm_source.source\":\"VirtualLine\","
                        + "\"attribution_status\":\"leased\",\"gclid\":null}]");
        assertThat(api.get(EXPORT + ".json?limit=1&include_columns=custom_data", api.acme)
                        .body())
                .contains(
                        "{\"name\":\"utm_source\",\"data_type\":\"Short Text\",\"source\":\"VirtualLine\",\"value\":\"=1+1\"}");
        assertThat(api.get(
                                EXPORT + ".json?limit=1&include_columns=transaction_id,duration"
                                        + "&exclude_columns=$invoca_default_columns",
                                api.acme)
                        .body())
                .isEqualTo("[{}]");
    }

    @Test
    void isCsvWithTheSeparatorsAskedForThatRunsNoFormulas() throws Exception {
        String columns = "&include_columns=transaction_id,duration,utm_source,corrects_transaction_id";
        HttpResponse<String> plain = api.get(EXPORT + ".csv?limit=1" + columns, api.acme);
        assertThat(plain.headers().firstValue("content-type")).hasValue("text/csv; charset=utf-8");
        assertThat(plain.body()).isEqualTo("transaction_id,duration,utm_source,corrects_transaction_id\n1,62,'=1+1,\n");
        assertThat(api.get(
                                EXPORT
                                        + ".csv?limit=1&column_separator=%7C&row_separator=%0D%0A&include_header=0&force_quotes=1"
                                        + columns,
                                api.acme)
                        .body())
                .isEqualTo("\"1\"|\"62\"|\"'=1+1\"|\"\"\r\n");
    }

    @Test
    void isXmlOfTransactionElements() throws Exception {
        assertThat(api.get(EXPORT + ".xml?limit=1&include_columns=transaction_id,custom_data", api.acme)
                        .body())
                .startsWith("""
                        <?xml version="1.0" encoding="UTF-8"?>
                        <Transactions>
                          <Transaction>
                            <transaction_id>1</transaction_id>
                            <custom_data>
                              <CustomData>
                                <name>transaction_id</name>
                        """)
                .endsWith("""
                          </Transaction>
                        </Transactions>
                        """);
    }

    @Test
    void isOfItsOwnNetworkAndAdvertiserAlone() throws Exception {
        assertThat(api.get(EXPORT + ".json", api.other).statusCode()).isEqualTo(404);
        assertThat(api.get(EXPORT + ".json", RunningApi.OPERATOR).statusCode()).isEqualTo(401);
        assertThat(api.get(EXPORT + ".json").statusCode()).isEqualTo(401);
        String advertiser = "/api/2022-08-01/advertisers/transactions/";
        assertThat(ids(api.get(advertiser + "adv.json", api.acme))).containsExactly("1", "3", "4");
        assertThat(ids(api.get(advertiser + "adv.json", api.other))).containsExactly("2");
        assertThat(ids(api.get(advertiser + "nobody.json", api.acme))).isEmpty();
    }

    @Test
    void namesEveryWrongArgumentInInvocasErrorShape() throws Exception {
        String wrong = "?from=yesterday&limit=x&start_after_transaction_id=C624DA2C-CF3367C3&include_header=2";
        HttpResponse<String> json = api.get(EXPORT + ".json" + wrong, api.acme);
        assertThat(json.statusCode()).isEqualTo(403);
        assertThat(json.body())
                .startsWith("{\"errors\":{\"class\":\"RecordInvalid\",\"invalid_data\":\"")
                .contains("from must be a day", "limit must be", "start_after_transaction_id must", "include_header");
        assertThat(api.get(EXPORT + ".xml" + wrong, api.acme).body()).contains("<Class>RecordInvalid</Class>");
    }

    @Test
    @DisplayName("Calls in progress are those that are connected")
    void callsInProgress() throws Exception {
        api.records.add(Calls.record(5, "acme", null));
        api.records.add(Calls.record(6, "acme", null));
        api.records.add(Calls.record(7, "other", null));
        api.records.add(Calls.record(8, "acme", "caller_hangup"));
        String path = "/api/2022-08-01/calls_in_progress/current_calls.json";
        String all =
                api.get(path + "?id=acme&organization_type=Network", api.acme).body();
        assertThat(all)
                .startsWith("{\"current_calls\":[{\"transaction_id\":null,\"call_status\":\"bridged\","
                        + "\"external_unique_id\":null,\"calling_phone_number\":\"+12125550101\","
                        + "\"destination_phone_number\":\"+18005550199\",\"called_phone_number\":\"+18005550123\","
                        + "\"bridge_start_time\":\"2026-01-31T09:30:02+00:00\",\"call_record_id\":\""
                        + Calls.id(6) + "\",")
                .contains("\"utm_source\":{\"value\":\"=1+1\",\"source\":\"VirtualLine\"}")
                .containsOnlyOnce(Calls.id(5).toString())
                .doesNotContain(Calls.id(7).toString(), Calls.id(8).toString());
        assertThat(api.get(
                                path + "?id=acme&organization_type=network&calling_phone_number=212-555-0101"
                                        + "&destination_phone_number=8005550199",
                                api.acme)
                        .body())
                .contains(Calls.id(5).toString());
        assertThat(api.get(path + "?id=adv&organization_type=Advertiser&call_record_id=" + Calls.id(5), api.acme)
                        .body())
                .contains(Calls.id(5).toString())
                .doesNotContain(Calls.id(6).toString());
        assertThat(api.get(path + "?id=other&organization_type=Network", api.acme)
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.get(path + "?id=acme", api.acme).statusCode()).isEqualTo(403);
        assertThat(api.get(path + "?id=acme&organization_type=Network&calling_phone_number=1", api.acme)
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    @DisplayName("DELETE /v1/visitors erases a visitor of the token's network")
    void erasure() throws Exception {
        HttpResponse<String> erased = api.send("DELETE", "/v1/visitors/a%20b", api.acme, "");
        assertThat(erased.body()).isEqualTo("{\"erased\":true,\"leases\":2,\"numbers\":1,\"call_records\":3}");
        assertThat(api.records.erased).containsExactly("acme/a b");
        assertThat(api.send("DELETE", "/v1/visitors/v?network=other", RunningApi.OPERATOR, "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.records.erased).contains("other/v");
        assertThat(api.send("DELETE", "/v1/visitors/v?network=nobody", RunningApi.OPERATOR, "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.send("DELETE", "/v1/visitors/" + "v".repeat(65), api.acme, "")
                        .statusCode())
                .isEqualTo(400);
        assertThat(api.send("DELETE", "/v1/visitors/v", "", "").statusCode()).isEqualTo(401);
    }

    private static List<String> ids(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        return Pattern.compile("\"transaction_id\":\"([^\"]+)\"")
                .matcher(answer.body())
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
