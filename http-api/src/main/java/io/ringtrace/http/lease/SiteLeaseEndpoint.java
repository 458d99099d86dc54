package io.ringtrace.http.lease;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Destinations;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Leases;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.attribution.Site;
import io.ringtrace.attribution.SmsNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.limit.NewNumbers;
import io.ringtrace.http.limit.Source;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/sites/<site>/leases}: what the tag on a page asks. The site id is public, so only pages of the site's origins are
 * answered, only for approved destinations, whose pool is made when there is none, and only so many new visitors. Thread-safe; called on event loops, never waits.
 */
public final class SiteLeaseEndpoint {
    /** A page with more is a list of numbers; the tag asks for no more either. */
    private static final int MOST_ROWS = 20;

    /** Who gets no number asks again as often as others renew at most, not at a limit's own pace. */
    private static final long RENEW_AFTER_MILLIS = 60_000;

    private static final long ORIGIN = System.nanoTime();

    private static final String PATH = "/v1/sites/:site/leases";
    private static final Set<String> FIELDS =
            Set.of("visitor_id", "destination", "marketing_data", "marketing_sources", "new_attribution");

    private final Leases leases;
    private final Destinations destinations;
    private final Pools pools;
    private final VisitorFields visitorFields;
    private final Accounts accounts;
    private final SmsNumbers smsNumbers;
    private final NewNumbers newNumbers;

    public SiteLeaseEndpoint(
            Leases leases,
            Destinations destinations,
            Pools pools,
            VisitorFields visitorFields,
            Accounts accounts,
            SmsNumbers smsNumbers,
            NewNumbers newNumbers) {
        this.smsNumbers = smsNumbers;
        this.newNumbers = newNumbers;
        this.leases = leases;
        this.destinations = destinations;
        this.pools = pools;
        this.visitorFields = visitorFields;
        this.accounts = accounts;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                new Endpoint(
                        "POST",
                        PATH,
                        Access.SITE,
                        RequestBody.JSON_OF_PAGE,
                        ErrorShape.OURS,
                        new Work.Later(this::lease)),
                new Endpoint(
                        "OPTIONS",
                        PATH,
                        Access.SITE,
                        RequestBody.NONE,
                        ErrorShape.OURS,
                        new Work.Later(request -> CompletableFuture.completedFuture(preflight(request)))));
    }

    /** A browser asks before it sends JSON stated as such; the tag's own requests need it not. */
    private Reply preflight(Request request) {
        return site(request) == null
                ? unknownSite()
                : Answer.of(204, Answer.TEXT, "")
                        .with("Access-Control-Allow-Methods", "POST")
                        .with("Access-Control-Allow-Headers", "content-type")
                        .with("Access-Control-Max-Age", "3600");
    }

    /** Null when there is no such site, or the page is of none of its origins. */
    private @Nullable Site site(Request request) {
        Site site = accounts.site(request.path("site"));
        return site == null || !site.origins().contains(request.origin()) ? null : site;
    }

    private static Problem unknownSite() {
        return Problem.of(403, "unknown_site", "There is no such site, or the page is not of one of its origins.");
    }

    private CompletionStage<Reply> lease(Request request) {
        Site site = site(request);
        if (site == null) {
            return CompletableFuture.completedFuture(unknownSite());
        }
        String source = site.id() + " " + Source.network(request.source());
        return switch (LeaseBatch.read(request.body(), MOST_ROWS)) {
            case LeaseBatch.Body.Wrong(Problem problem) -> CompletableFuture.completedFuture(problem);
            case LeaseBatch.Body.Requests(ArrayNode requests) ->
                served(site, source, requests)
                        .thenCompose(served -> LeaseBatch.serve(
                                requests, leases, row -> read(served, source, row), (_, answer) -> write(answer)));
        };
    }

    /**
     * The destinations asked for.
     *
     * @param pools of those that have one
     * @param waits of those that nobody may ask for now, in nanoseconds
     */
    private record Served(Map<PhoneNumber, RingPool> pools, Map<PhoneNumber, Long> waits) {}

    private static @Nullable PhoneNumber destination(JsonNode row) {
        String text = row.path("destination").asString("");
        return text.startsWith("+") ? PhoneNumber.parseOrNull(text) : null;
    }

    /**
     * Mostly at once; a pool that must be made first is waited for. A number that no pool serves may be one that somebody made up: it is
     * looked at only within the limits, since a pool takes numbers out of the bank.
     */
    private CompletionStage<Served> served(Site site, String source, ArrayNode requests) {
        Map<PhoneNumber, CompletableFuture<@Nullable RingPool>> asked = new LinkedHashMap<>();
        Map<PhoneNumber, Long> waits = new HashMap<>();
        for (JsonNode row : requests) {
            PhoneNumber number = destination(row);
            if (number == null || asked.containsKey(number) || waits.containsKey(number)) {
                continue;
            }
            long wait = pools.forDestination(site.network(), number) != null
                    ? 0
                    : newNumbers.admitDestination(
                            source, site.network(), number.toString(), System.nanoTime() - ORIGIN);
            if (wait == 0) {
                asked.put(number, destinations.poolFor(site, number).toCompletableFuture());
            } else {
                waits.put(number, wait);
            }
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> {
                    Map<PhoneNumber, RingPool> found = new HashMap<>();
                    asked.forEach((number, made) -> {
                        RingPool pool = made.join();
                        if (pool != null) {
                            found.put(number, pool);
                        }
                    });
                    return new Served(found, waits);
                });
    }

    private LeaseBatch.Row read(Served served, String source, JsonNode row) {
        if (!(row instanceof ObjectNode object)) {
            return LeaseEndpoint.wrong("invalid_request", "A request must be an object.");
        }
        JsonFields fields = new JsonFields(object, false);
        fields.onlyThese(FIELDS);
        if (!object.hasNonNull("destination")) {
            fields.wrong("destination is missing");
        }
        LeaseBatch.Row read = LeaseEndpoint.read(
                visitorFields,
                fields,
                true,
                destination -> destination == null ? null : served.pools().get(destination),
                () -> {
                    Long wait = served.waits().get(destination(row));
                    return wait == null ? withoutNumber(RENEW_AFTER_MILLIS).put("approved", false) : beyondLimit(wait);
                });
        return switch (read) {
            case LeaseBatch.Row.Wrong wrong -> wrong;
            case LeaseBatch.Row.Ask ask -> {
                LeaseRequest asked = ask.request();
                long wait = newNumbers.admit(
                        source, Long.toString(asked.poolId()), asked.visitorId(), System.nanoTime() - ORIGIN);
                yield wait == 0 ? ask : new LeaseBatch.Row.Wrong(beyondLimit(wait));
            }
        };
    }

    /** Only where it is so: a page's texts go to its own number unless somebody said that they need not. */
    private ObjectNode write(LeaseAnswer answer) {
        ObjectNode row = LeaseEndpoint.write(answer);
        PhoneNumber number = switch (answer) {
            case LeaseAnswer.Granted granted -> granted.lease().number();
            case LeaseAnswer.Overflowed overflowed -> overflowed.number();
            case LeaseAnswer.NoNumber _, LeaseAnswer.Refused _, LeaseAnswer.Unavailable _ -> null;
        };
        return number != null && smsNumbers.takesSms(number) ? row.put("sms", true) : row;
    }

    private static ObjectNode beyondLimit(long waitNanos) {
        return withoutNumber(Math.max(RENEW_AFTER_MILLIS, TimeUnit.NANOSECONDS.toMillis(waitNanos)))
                .put("limited", true);
    }

    /** The page keeps its own. */
    private static ObjectNode withoutNumber(long renewAfterMillis) {
        return Json.object()
                .putNull("promo_number")
                .put("overflow", false)
                .put("guaranteed_for_ms", 0)
                .put("held_for_ms", 0)
                .put("renew_after_ms", renewAfterMillis);
    }
}
