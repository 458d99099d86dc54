package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RingPools as Invoca's clients manage them")
class RingPoolTest {
    private static final String POOLS = RunningApi.CAMPAIGN + "/ring_pools.json";
    private static final String POOL_12 = RunningApi.CAMPAIGN + "/ring_pools/12.json";

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void aNewPoolHasTheDefaultsAndItsKey() throws Exception {
        HttpResponse<String> made = api.post(POOLS, api.acme, """
                {"id_from_network":"12","name":"Example","destination_phone_number":"888-111-2222"}""");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.body()).isEqualTo("""
                        {"id":3,"id_from_network":"12","object_url":"%s","name":"Example","number_type":"toll_free",\
                        "lifetime_seconds":300,"hold_hours":72,"max_pool_size":2,"pool_size":0,"allow_overflow":true,\
                        "fill_immediately":false,"preferred":false,"destination_phone_number":"+18881112222","autoscale":false,\
                        "api_key":"key-acme-12"}""".formatted(POOL_12));
        assertThat(api.get(POOL_12, api.acme).body()).isEqualTo(made.body());
    }

    @Test
    void createIsUpdateAndKeepsWhatIsNotNamed() throws Exception {
        String before = api.send("PUT", POOL_12, api.acme, """
                        {"name":"A","destination_phone_number":"+18881112222","lifetime_seconds":"60","hold_hours":0.5,\
                        "max_pool_size":"15","preferred":"true","allow_overflow":false,"number_type":"local","api_key":"x"}""").body();
        HttpResponse<String> after = api.send("PUT", POOL_12, api.acme, "{\"name\":\"B\"}");
        assertThat(after.statusCode()).isEqualTo(200);
        assertThat(after.body()).isEqualTo(before.replace("\"name\":\"A\"", "\"name\":\"B\""));
        assertThat(after.body())
                .contains(
                        "\"lifetime_seconds\":60,\"hold_hours\":0.5,\"max_pool_size\":15",
                        "\"number_type\":\"local\"",
                        "\"preferred\":true",
                        "\"allow_overflow\":false");
        assertThat(api.post(POOLS, api.acme, "{\"id_from_network\":12,\"name\":\"B\"}")
                        .body())
                .isEqualTo(after.body());
    }

    @Test
    void aMissingIdIsMade() throws Exception {
        assertThat(api.post(POOLS, api.acme, "{\"name\":\"A\",\"destination_phone_number\":\"+18881112222\"}")
                        .body())
                .contains("\"id_from_network\":\"made-2\"");
    }

    @Test
    void invalidArgumentsAre403WithOneMessagePerField() throws Exception {
        HttpResponse<String> answer = api.send("PUT", POOL_12, api.acme, """
                {"name":7,"lifetime_seconds":0,"hold_hours":1e999,"max_pool_size":1,"allow_overflow":"perhaps",\
                "destination_phone_number":"call me","number_type":"mobile","colour":{},"id_from_network":"13"}""");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("""
                        {"errors":{"class":"RecordInvalid","invalid_data":"unknown field 'colour'. \
                        id_from_network must be that of the path. \
                        number_type must be toll_free or local. \
                        lifetime_seconds must be a whole number from 1 to 31536000. \
                        hold_hours must be a number. \
                        max_pool_size must be a whole number from 2 to 1000000. \
                        allow_overflow must be true or false. \
                        destination_phone_number must be a phone number such as +18005550123 or 800-555-0123."}}""");
    }

    @Test
    void aLocalPoolHasItsCentreAreaCodesHoursAndFields() throws Exception {
        HttpResponse<String> made = api.post(POOLS, api.acme, """
                {"id_from_network":"12","name":"Local","destination_phone_number":"888-111-2222",\
                "local_center":{"tn_prefix":"","zipcode":"90210","latitude":30,"longitude":-130},\
                "local_number_preferences":{"search_radius_miles":20,"allocation_fallback_strategy":"Wait"},\
                "tn_prefix_whitelist":["805","212"],\
                "hours_of_operation":{"open_24_7":false,"time_zone":"Eastern Time (US & Canada)","schedules":[\
                {"day_of_week":"Tuesday","open_time":"09:00","close_time":"17:15"},\
                {"day_of_week":"Monday","open_time":"00:00","close_time":"24:00"}]},\
                "marketing_data":[{"name":"utm_source"},{"name":"topic","model":"first"}]}""");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(made.body()).contains("""
                        "number_type":"local\"""", """
                        "local_number_preferences":{"search_radius_miles":20,"restrict_search_to_state":true,\
                        "allocation_fallback_strategy":"Wait"},\
                        "local_center":{"tn_prefix":"","zipcode":"90210","latitude":30.0,"longitude":-130.0},\
                        "tn_prefix_whitelist":["212","805"],\
                        "hours_of_operation":{"open_24_7":false,"time_zone":"Eastern Time (US & Canada)","schedules":[\
                        {"day_of_week":"Monday","open_time":"00:00","close_time":"24:00"},\
                        {"day_of_week":"Tuesday","open_time":"09:00","close_time":"17:15"}]},\
                        "marketing_data":[{"name":"utm_source","model":"Last"},{"name":"topic","model":"First"}],\
                        "api_key":""");
        String asIs = made.body().replace("\"name\":\"Local\"", "\"name\":\"Again\"");
        assertThat(api.send("PUT", POOL_12, api.acme, asIs).body()).isEqualTo(asIs);
        assertThat(api.send(
                                "PUT",
                                POOL_12,
                                api.acme,
                                "{\"hours_of_operation\":null,\"local_center\":null,\"marketing_data\":null,"
                                        + "\"tn_prefix_whitelist\":[]}")
                        .body())
                .doesNotContain("hours_of_operation", "local_center", "marketing_data", "tn_prefix_whitelist");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "hours_of_operation":{"time_zone":"Mars"} | hours_of_operation: time_zone must be a time zone such as
                    "hours_of_operation":{"time_zone":"UTC"} | hours_of_operation: schedules are needed unless open_24_7 is true
                    "hours_of_operation":{"time_zone":"UTC","schedules":[{"day_of_week":"Monday","open_time":"09:05","close_time":"10:00"}]} | in steps of 15 minutes
                    "hours_of_operation":{"time_zone":"UTC","schedules":[{"day_of_week":"Someday"}]} | every schedule must have day_of_week
                    "hours_of_operation":"always" | hours_of_operation must be an object
                    "local_center":{"bad_key":""} | Invalid Key in Local Center.
                    "local_center":{"latitude":"north"} | local_center: latitude must be a number
                    "tn_prefix_whitelist":["1234"] | tn_prefix_whitelist must be an array
                    "marketing_data":[{"name":"a"},{"name":"a"}] | marketing_data must name each field once
                    "marketing_data":{} | marketing_data must be an array of at most 25 fields
                    """)
    void whatIsWrongInTheseIsToldAndNothingIsMade(String fields, String says) throws Exception {
        HttpResponse<String> answer = api.send(
                "PUT",
                POOL_12,
                api.acme,
                "{\"name\":\"A\",\"destination_phone_number\":\"+18881112222\"," + fields + "}");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .startsWith("{\"errors\":{\"class\":\"RecordInvalid\"")
                .contains(says);
        assertThat(api.get(POOL_12, api.acme).statusCode()).isEqualTo(404);
    }

    @Test
    void whatThePoolsRefuseIsToldToo() throws Exception {
        assertThat(api.send(
                                "PUT",
                                POOL_12,
                                api.acme,
                                "{\"name\":\"forbidden\",\"destination_phone_number\":\"+18881112222\"}")
                        .body())
                .isEqualTo(
                        "{\"errors\":{\"class\":\"RecordInvalid\",\"invalid_data\":\"Name is not wanted. Nor is anything else.\"}}");
    }

    @Test
    void theListIsTheCampaigns() throws Exception {
        assertThat(api.get(POOLS, api.acme).body()).startsWith("[{\"id\":1,").doesNotContain("other");
        assertThat(api.get(POOLS.replace("/camp/", "/elsewhere/"), api.acme).body())
                .isEqualTo("[]");
    }

    @Test
    void deletingTwiceIsDeletingOnce() throws Exception {
        String pool16 = RunningApi.CAMPAIGN + "/ring_pools/16.json";
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = api.send("DELETE", pool16, api.acme, "");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{}");
        }
        assertThat(api.get(pool16, api.acme).statusCode()).isEqualTo(404);
    }

    @Test
    void aPoolOfAnotherCampaignLooksLikeAMissingOne() throws Exception {
        api.account.ensureCampaign("acme", "adv", "second");
        String elsewhere = RunningApi.CAMPAIGN.replace("/camp", "/second") + "/ring_pools/16.json";
        assertThat(api.get(elsewhere, api.acme).statusCode()).isEqualTo(404);
        assertThat(api.send("DELETE", elsewhere, api.acme, "").statusCode()).isEqualTo(200);
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools/16.json", api.acme)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aMissingCampaignIs404() throws Exception {
        HttpResponse<String> answer = api.post(
                POOLS.replace("/camp/", "/none/"),
                api.acme,
                "{\"name\":\"A\",\"destination_phone_number\":\"+18881112222\"}");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"errors\":{\"class\":\"RecordNotFound\",\"invalid_data\":\"There is no such resource.\"}}");
    }
}
