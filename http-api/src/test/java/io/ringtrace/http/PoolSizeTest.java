package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.PoolSizing;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A RingPool's size, over HTTP")
class PoolSizeTest {
    private static final String POOL = RunningApi.CAMPAIGN + "/ring_pools/16.json";
    private static final String SIZING = RunningApi.CAMPAIGN + "/ring_pools/16/sizing";

    private RunningApi api;

    @BeforeEach
    void open() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aPoolIsToldToFindItsSizeByItselfAndKeepsItsGoals() throws Exception {
        assertThat(api.get(POOL, api.acme).body())
                .contains("\"autoscale\":false")
                .doesNotContain("autoscale_max_size");
        HttpResponse<String> saved = api.send(
                "PUT", POOL, api.acme, "{\"autoscale\":true,\"autoscale_max_size\":40,\"overflow_goal\":0.02}");
        assertThat(saved.statusCode()).isEqualTo(200);
        assertThat(saved.body())
                .contains(
                        "\"autoscale\":true,\"autoscale_max_size\":40,\"overflow_goal\":0.02,\"misattribution_goal\":0.01");
        assertThat(api.sizes.autoscaling("acme")).containsEntry("16", new Autoscaling(true, 40, 0.02, 0.01));
        // What a body does not name stays as it is.
        api.send("PUT", POOL, api.acme, "{\"autoscale\":false}");
        assertThat(api.sizes.autoscaling("acme")).containsEntry("16", new Autoscaling(false, 40, 0.02, 0.01));
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools.json", api.acme).body())
                .contains("\"autoscale_max_size\":40");
    }

    @Test
    void wrongGoalsAndAMissingMaximumAreNamedAndChangeNothing() throws Exception {
        HttpResponse<String> wrong =
                api.send("PUT", POOL, api.acme, "{\"autoscale\":true,\"overflow_goal\":1.5,\"misattribution_goal\":0}");
        assertThat(wrong.statusCode()).isEqualTo(403);
        assertThat(wrong.body())
                .contains("autoscale_max_size is missing", "overflow_goal must be", "misattribution_goal must be");
        assertThat(api.sizes.autoscaling("acme")).isEmpty();
    }

    @Test
    void predictionsStandBesideWhatWasObserved() throws Exception {
        api.sizes.met(
                "acme",
                new PoolSizing(
                        "16",
                        11,
                        17,
                        Autoscaling.OFF,
                        new PoolSizing.Busiest(
                                1_700_000_100_000L,
                                100,
                                300_000,
                                8.333333333,
                                10,
                                new PoolSizing.Comparison(25, 3, 1, 0.137, 0.12, 0.05, 0.045)),
                        new PoolSizing.Comparison(250, 3, 1, 0.0137, 0.012, 0.005, 0.0041)));
        HttpResponse<String> answer = api.get(SIZING, api.acme);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"pool\":\"16\",\"pool_size\":11,\"recommended_size\":17,\"autoscale\":false,"
                        + "\"overflow_goal\":0.01,\"misattribution_goal\":0.01,"
                        + "\"busiest_quarter_hour\":{\"from\":\"2023-11-14T22:15:00Z\",\"visitors_per_hour\":100.0,"
                        + "\"mean_guaranteed_ms\":300000,\"offered_load\":8.333333,\"numbers\":10,\"visitors\":25,"
                        + "\"unserved\":3,\"reassigned_within_10_minutes\":1,\"predicted_overflow\":0.137,"
                        + "\"observed_overflow\":0.12,\"predicted_misattribution\":0.05,"
                        + "\"observed_misattribution\":0.045},\"last_7_days\":{\"visitors\":250,\"unserved\":3,"
                        + "\"reassigned_within_10_minutes\":1,\"predicted_overflow\":0.0137,\"observed_overflow\":0.012,"
                        + "\"predicted_misattribution\":0.005,\"observed_misattribution\":0.0041}}");
        assertThat(api.get("/v1/operator/sizing?network=acme&pool=16", RunningApi.OPERATOR)
                        .body())
                .isEqualTo(answer.body());
    }

    @Test
    void anotherNetworksPoolHasNoSizeHere() throws Exception {
        assertThat(api.get(SIZING, api.other).statusCode()).isEqualTo(404);
        assertThat(api.get(SIZING).statusCode()).isEqualTo(401);
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools/none/sizing", api.acme)
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.get("/v1/operator/sizing?network=acme", RunningApi.OPERATOR)
                        .statusCode())
                .isEqualTo(400);
        assertThat(api.get("/v1/operator/sizing?network=acme&pool=16", api.acme).statusCode())
                .isEqualTo(401);
    }
}
