package io.ringtrace.http.allocate;

import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.MarketingSource;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.lease.VisitorFields;
import io.ringtrace.http.text.QueryString;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the pool id and query of {@code <pool>/allocate_number…?ring_pool_key=K&…} ask for. */
sealed interface AllocationRequest {
    String KEY = "ring_pool_key";
    String VISITOR = "visitor_id";
    String TOKEN = "oauth_token";

    record Ask(LeaseRequest request) implements AllocationRequest {}

    record Wrong(Problem problem) implements AllocationRequest {}

    /** The key is checked first: without it nobody learns anything of the pool. All fields but the key and the visitor are marketing data. */
    static AllocationRequest read(PoolKeys keys, VisitorFields visitorFields, String poolId, QueryString query) {
        String key = query.get(KEY);
        return switch (keys.open(poolId, key == null ? "" : key)) {
            case PoolKeys.Opened.Refused(Problem problem) -> new Wrong(problem);
            case PoolKeys.Opened.Pool(RingPool pool) -> read(pool, visitorFields, query);
        };
    }

    private static AllocationRequest read(RingPool pool, VisitorFields visitorFields, QueryString query) {
        String visitor = query.get(VISITOR);
        String wrongVisitor = VisitorFields.wrongVisitorId(visitor);
        if (wrongVisitor != null) {
            return new Wrong(Problem.of(400, "invalid_visitor", wrongVisitor));
        }
        Map<String, String> marketingData = new LinkedHashMap<>(query.fields());
        marketingData.remove(KEY);
        marketingData.remove(VISITOR);
        // Clients that send their token everywhere send it here too; a secret is no marketing data.
        marketingData.remove(TOKEN);
        return switch (visitorFields.asked(
                pool, visitor, null, marketingData, _ -> MarketingSource.API, false, false)) {
            case VisitorFields.Asked.Wrong(String message) ->
                new Wrong(Problem.of(400, "invalid_marketing_data", message));
            case VisitorFields.Asked.Ready(LeaseRequest request) -> new Ask(request);
        };
    }
}
