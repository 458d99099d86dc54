package io.ringtrace.http.visitor;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.VisitorErasure;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.AskedNetwork;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.lease.VisitorFields;
import io.ringtrace.http.text.Json;
import java.util.List;

/** {@code DELETE /v1/visitors/:visitor}: takes a visitor out of what is kept. Thread-safe; called on virtual threads, waits for the database. */
public final class ErasureEndpoint {
    private final VisitorErasure erasure;
    private final AskedNetwork networks;

    public ErasureEndpoint(VisitorErasure erasure, AskedNetwork networks) {
        this.erasure = erasure;
        this.networks = networks;
    }

    public List<Endpoint> endpoints() {
        return List.of(networks.endpoint("DELETE", "/v1/visitors/:visitor", RequestBody.NONE, this::erase));
    }

    private Reply erase(String network, Request request) throws StoreUnavailableException {
        String visitor = request.path("visitor");
        String wrong = VisitorFields.wrongVisitorId(visitor);
        if (wrong != null) {
            return Problem.invalid(wrong);
        }
        VisitorErasure.Erased erased = erasure.erase(network, visitor);
        return Answer.of(
                200,
                Answer.JSON,
                Json.bytes(Json.object()
                        .put("erased", true)
                        .put("leases", erased.leases())
                        .put("numbers", erased.numbers())
                        .put("call_records", erased.callRecords())));
    }
}
