package io.ringtrace.http.lease;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Leases;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.Site;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/sites/<site>/leases}: what the tag on a page asks. The site id is public, so only pages of the site's origins are
 * answered, and only for numbers that a pool of its network has as destination. Thread-safe; called on event loops, never waits.
 */
public final class SiteLeaseEndpoint {
    /** A page with more is a list of numbers; the tag asks for no more either. */
    private static final int MOST_ROWS = 20;

    private static final Set<String> FIELDS = Set.of("visitor_id", "destination", "marketing_data", "new_attribution");

    private final Leases leases;
    private final Pools pools;
    private final Accounts accounts;

    public SiteLeaseEndpoint(Leases leases, Pools pools, Accounts accounts) {
        this.leases = leases;
        this.pools = pools;
        this.accounts = accounts;
    }

    public List<Endpoint> endpoints() {
        return List.of(new Endpoint(
                "POST",
                "/v1/sites/:site/leases",
                Access.SITE,
                RequestBody.JSON_OF_PAGE,
                ErrorShape.OURS,
                new Work.Later(this::lease)));
    }

    private CompletionStage<Reply> lease(Request request) {
        Site site = accounts.site(request.path("site"));
        if (site == null || !site.origins().contains(request.origin())) {
            return CompletableFuture.completedFuture(Problem.of(
                    403, "unknown_site", "There is no such site, or the page is not of one of its origins."));
        }
        return LeaseBatch.serve(
                        request.body(),
                        MOST_ROWS,
                        leases,
                        row -> read(site.network(), row),
                        (_, answer) -> LeaseEndpoint.write(answer))
                .thenApply(reply -> readableBy(request.origin(), reply));
    }

    private LeaseBatch.Row read(String network, JsonNode row) {
        if (!(row instanceof ObjectNode object)) {
            return LeaseEndpoint.wrong("invalid_request", "A request must be an object.");
        }
        JsonFields fields = new JsonFields(object, false);
        fields.onlyThese(FIELDS);
        if (!object.hasNonNull("destination")) {
            fields.wrong("destination is missing");
        }
        return LeaseEndpoint.read(
                fields,
                destination -> destination == null ? null : pools.forDestination(network, destination),
                SiteLeaseEndpoint::unapproved);
    }

    /** Like a pool without a free number: the page keeps its own. */
    private static ObjectNode unapproved() {
        return Json.object()
                .putNull("promo_number")
                .put("approved", false)
                .put("overflow", false)
                .put("guaranteed_for_ms", 0)
                .put("held_for_ms", 0);
    }

    private static Reply readableBy(String origin, Reply reply) {
        return switch (reply) {
            case Answer answer ->
                answer.with("Access-Control-Allow-Origin", origin).with("Vary", "Origin");
            case Problem problem -> problem;
        };
    }
}
