package io.ringtrace.http.pool;

import io.ringtrace.attribution.PoolSizes;
import io.ringtrace.attribution.PoolSizing;
import io.ringtrace.attribution.PoolSizing.Busiest;
import io.ringtrace.attribution.PoolSizing.Comparison;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.PlainText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** How large a RingPool should be, predicted against observed. Thread-safe; called on virtual threads, waits for the database. */
public final class SizingEndpoints {
    private static final double DIGITS = 1e6;

    private final PoolSizes sizes;
    private final Pools pools;

    public SizingEndpoints(PoolSizes sizes, Pools pools) {
        this.sizes = sizes;
        this.pools = pools;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(
                        RingPoolEndpoints.POOLS + "/:id/sizing",
                        Access.NETWORK,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::inCampaign)),
                Endpoint.get(
                        "/v1/operator/sizing", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::ofOperator)));
    }

    private Reply inCampaign(Request request) throws StoreUnavailableException {
        String id = request.path("id");
        Pools.WithKey found = PlainText.id(id) ? pools.get(request.path("network"), id) : null;
        if (found == null) {
            return Problem.notFound();
        }
        RingPool pool = found.pool();
        return pool.advertiser().equals(request.path("advertiser"))
                        && pool.campaign().equals(request.path("campaign"))
                ? answer(sizes.sizing(pool.network(), id))
                : Problem.notFound();
    }

    private Reply ofOperator(Request request) throws StoreUnavailableException {
        String network = request.query().get("network");
        String pool = request.query().get("pool");
        if (network == null || pool == null || !PlainText.id(network) || !PlainText.id(pool)) {
            return Problem.invalid("network and pool are needed.");
        }
        return answer(sizes.sizing(network, pool));
    }

    private static Reply answer(@Nullable PoolSizing sizing) {
        return sizing == null ? Problem.notFound() : Answer.of(200, Answer.JSON, Json.bytes(body(sizing)));
    }

    private static ObjectNode body(PoolSizing sizing) {
        ObjectNode body = Json.object()
                .put("pool", sizing.pool())
                .put("pool_size", sizing.size())
                .put("recommended_size", sizing.recommendedSize());
        AutoscalingFields.write(body, sizing.autoscaling());
        body.put("overflow_goal", sizing.autoscaling().overflowGoal())
                .put("misattribution_goal", sizing.autoscaling().misattributionGoal());
        Busiest busiest = sizing.busiest();
        if (busiest == null) {
            body.putNull("busiest_quarter_hour");
        } else {
            ObjectNode quarter = body.putObject("busiest_quarter_hour")
                    .put("from", Instant.ofEpochMilli(busiest.from()).toString())
                    .put("visitors_per_hour", rounded(busiest.visitorsPerHour()))
                    .put("mean_guaranteed_ms", Math.round(busiest.meanGuaranteedMillis()))
                    .put("offered_load", rounded(busiest.load()))
                    .put("numbers", busiest.numbers());
            write(quarter, busiest.comparison());
        }
        write(body.putObject("last_7_days"), sizing.week());
        return body;
    }

    private static void write(ObjectNode json, Comparison comparison) {
        json.put("visitors", comparison.visitors())
                .put("unserved", comparison.unserved())
                .put("reassigned_within_10_minutes", comparison.reassigned())
                .put("predicted_overflow", rounded(comparison.predictedOverflow()))
                .put("observed_overflow", rounded(comparison.observedOverflow()))
                .put("predicted_misattribution", rounded(comparison.predictedMisattribution()))
                .put("observed_misattribution", rounded(comparison.observedMisattribution()));
    }

    private static double rounded(double value) {
        return Math.round(value * DIGITS) / DIGITS;
    }
}
