package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.PhoneNumber;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("GET /v1/calls")
class CallsTest {
    private static final long START = Instant.parse("2026-01-31T09:30:00.005Z").toEpochMilli();

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
        api.records.add(record(1, "acme", "leased", "v1"));
        api.records.add(record(2, "acme", "held", "=cmd|' /C calc'!A0"));
        api.records.add(record(3, "other", "leased", "v3"));
        api.records.add(record(4, null, "unknown_number", null));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private static CallRecord record(int n, @Nullable String network, String status, @Nullable String visitor) {
        return new CallRecord(
                id(n),
                (long) n,
                "abc@10.0.0.1",
                "node-1",
                "carrier",
                PhoneNumber.parse("+12125550101"),
                false,
                "+18005550123",
                PhoneNumber.parse("+18005550123"),
                PhoneNumber.parse("+18005550199"),
                network,
                "adv",
                "16",
                "camp",
                "18005550123.7",
                visitor,
                false,
                Map.of("utm_source", "a,\"b\""),
                Map.of("utm_source", "url_parameter"),
                status,
                0.75,
                60_000L,
                1_000L,
                0,
                0,
                List.of(new GatewayAttempt("gw", START + 2, START + 100, 200, null, null)),
                "gw",
                START + n,
                START + 100,
                START + 2000,
                null,
                1900L,
                null,
                95L,
                90L,
                5L,
                200,
                200,
                null,
                null,
                null,
                true,
                "cfg-1",
                false);
    }

    private static CallId id(int n) {
        return new CallId((START + n) << 16, n);
    }

    @Test
    void everyFieldIsThereAndTimesAreUtcWithMilliseconds() throws Exception {
        assertThat(api.get("/v1/calls/" + id(1), api.acme).body()).isEqualTo("""
                        {"call_id":"%s","transaction_id":1,"start_time":"2026-01-31T09:30:00.006Z",\
                        "attribution_status":"leased","caller_number":"+12125550101","caller_withheld":false,\
                        "dialed_text":"+18005550123","promo_number":"+18005550123","destination_number":"+18005550199",\
                        "network":"acme","advertiser":"adv","campaign":"camp","pool":"16","lease_id":"18005550123.7","visitor_id":"v1",\
                        "visitor_erased":false,"marketing_data":{"utm_source":"a,\\"b\\""},"marketing_sources":{"utm_source":"url_parameter"},"attribution_confidence":0.75,"lease_age_ms":60000,\
                        "presentation_age_ms":1000,"prior_leases":0,"attribution_stale_ms":0,\
                        "progress_time":"2026-01-31T09:30:00.105Z","answer_time":"2026-01-31T09:30:02.005Z","end_time":null,\
                        "ring_ms":1900,"talk_ms":null,"post_dial_delay_ms":95,"post_dial_delay_theirs_ms":90,"post_dial_delay_ours_ms":5,"duration_exact":true,"end_reason":null,\
                        "ended_by":null,"sip_code_sent":200,"sip_code_gateway":200,"reason":null,"trunk":"carrier",\
                        "gateway":"gw","attempts":[{"gateway":"gw","sent_time":"2026-01-31T09:30:00.007Z",\
                        "first_18x_time":"2026-01-31T09:30:00.105Z","sip_code":200,"reason":null,"abandoned":null}],\
                        "sip_call_id":"abc@10.0.0.1","config_version":"cfg-1","node":"node-1","complete":false}""".formatted(id(1)));
    }

    @Test
    void aNetworkSeesItsOwnAndTheOperatorAll() throws Exception {
        assertThat(calls(api.get("/v1/calls", api.acme))).containsExactly(id(2), id(1));
        assertThat(calls(api.get("/v1/calls", api.other))).containsExactly(id(3));
        assertThat(calls(api.get("/v1/calls", RunningApi.OPERATOR))).containsExactly(id(4), id(3), id(2), id(1));
        assertThat(api.get("/v1/calls/" + id(3), api.acme).statusCode()).isEqualTo(404);
        assertThat(api.get("/v1/calls/" + id(3), RunningApi.OPERATOR).statusCode())
                .isEqualTo(200);
        assertThat(api.get("/v1/calls/unheard-of", api.acme).statusCode()).isEqualTo(404);
    }

    @Test
    void filtersNarrowAndTheCursorContinues() throws Exception {
        assertThat(calls(api.get("/v1/calls?visitor_id=v1", api.acme))).containsExactly(id(1));
        assertThat(calls(api.get("/v1/calls?attribution_status=held", api.acme)))
                .containsExactly(id(2));
        assertThat(calls(api.get("/v1/calls?visitor_id=v1&trunk=carrier", api.acme)))
                .containsExactly(id(1));
        assertThat(calls(api.get("/v1/calls?trunk=other", api.acme))).isEmpty();
        assertThat(calls(api.get("/v1/calls?promo_number=%2B18005550100", api.acme)))
                .isEmpty();
        assertThat(calls(api.get("/v1/calls?from=2026-01-31T09:30:00.007Z", api.acme)))
                .containsExactly(id(2));
        assertThat(calls(api.get("/v1/calls?to=2026-01-31T10:30:00.007%2B01:00", api.acme)))
                .containsExactly(id(1));
        HttpResponse<String> first = api.get("/v1/calls?limit=1", api.acme);
        assertThat(calls(first)).containsExactly(id(2));
        assertThat(first.body()).endsWith("\"next_before\":\"" + id(2) + "\"}");
        assertThat(calls(api.get("/v1/calls?limit=1&before=" + id(2), api.acme)))
                .containsExactly(id(1));
        assertThat(api.get("/v1/calls", api.acme).body()).endsWith("\"next_before\":null}");
    }

    @Test
    void callsThatAreOverComeOnceInTheOrderInWhichTheyWereFinished() throws Exception {
        HttpResponse<String> begin = api.get("/v1/calls?finished_after=newest", RunningApi.OPERATOR);
        assertThat(begin.body()).isEqualTo("{\"calls\":[],\"next_finished_after\":0}");
        api.records.publish(record(2, "acme", "held", "v2"), null);
        api.records.publish(record(1, "acme", "leased", "v1"), null);
        api.records.publish(record(3, "other", "leased", "v3"), null);
        api.records.publish(record(2, "acme", "held", "v2"), 1L);
        HttpResponse<String> first = api.get("/v1/calls?finished_after=0&limit=2", RunningApi.OPERATOR);
        assertThat(calls(first)).containsExactly(id(2), id(1));
        assertThat(first.body()).endsWith("\"next_finished_after\":2}");
        HttpResponse<String> second = api.get("/v1/calls?finished_after=2&limit=2", RunningApi.OPERATOR);
        assertThat(calls(second)).containsExactly(id(3));
        assertThat(second.body()).endsWith("\"next_finished_after\":4}");
        assertThat(calls(api.get("/v1/calls?finished_after=0", api.other))).containsExactly(id(3));
        for (String wrong : List.of("finished_after=x", "finished_after=-1", "finished_after=1&before=" + id(1))) {
            HttpResponse<String> answer = api.get("/v1/calls?" + wrong, api.acme);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(answer.body()).contains("finished_after");
        }
        assertThat(api.get("/v1/calls.csv?finished_after=0", api.acme).statusCode())
                .isEqualTo(400);
    }

    @Test
    void wrongFiltersAreAllNamed() throws Exception {
        HttpResponse<String> answer = api.get(
                "/v1/calls?from=yesterday&promo_number=x&attribution_status=odd&trunk=&before=1&limit=1001&visitors=v",
                api.acme);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains(
                        "The filters are",
                        "from must be a time",
                        "promo_number must be",
                        "attribution_status must be one of leased,",
                        "trunk must be",
                        "before must be a call id",
                        "limit must be 1 to 1000");
    }

    @Test
    void csvByPathAndByAcceptCannotRunFormulas() throws Exception {
        HttpResponse<String> byPath = api.get("/v1/calls.csv?limit=2", api.acme);
        HttpResponse<String> byAccept = api.send("GET", "/v1/calls?limit=2", api.acme, "", "Accept", "text/csv");
        assertThat(byPath.body()).isEqualTo(byAccept.body());
        assertThat(byPath.headers().firstValue("content-type")).hasValue("text/csv; charset=utf-8");
        assertThat(byPath.headers().firstValue("next-before")).hasValue(id(1).toString());
        String[] lines = byPath.body().split("\n", -1);
        assertThat(lines).hasSize(4);
        assertThat(lines[0]).startsWith("call_id,transaction_id,start_time,").endsWith(",node,complete");
        assertThat(lines[1]).contains(",'=cmd|' /C calc'!A0,", ",+18005550199,", ",'+18005550123,");
        assertThat(lines[2])
                .contains(
                        ",leased,+12125550101,false,",
                        ",v1,false,\"{\"\"utm_source\"\":\"\"a,\\\"\"b\\\"\"\"\"}\",\"{\"\"utm_source\"\":\"\"url_parameter\"\"}\",0.75,");
    }

    private static List<CallId> calls(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        return Pattern.compile("\"call_id\":\"([^\"]+)\"")
                .matcher(answer.body())
                .results()
                .map(match -> CallId.parse(match.group(1)))
                .toList();
    }
}
