package io.ringtrace.http.allocate;

import io.ringtrace.attribution.Leases;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.lease.VisitorFields;
import io.ringtrace.http.text.CsvText;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.NumberText;
import io.ringtrace.http.text.XmlText;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** {@code allocate_number} in its three formats, byte for byte as Invoca documents it. Thread-safe; called on event loops, never waits. */
public final class AllocateEndpoints {
    private static final String PATH = "/api/:date/ring_pools/:id/allocate_number.";

    private final Leases leases;
    private final PoolKeys keys;
    private final VisitorFields visitorFields;

    public AllocateEndpoints(Leases leases, PoolKeys keys, VisitorFields visitorFields) {
        this.leases = leases;
        this.keys = keys;
        this.visitorFields = visitorFields;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                endpoint("json", ErrorShape.TEXT, AllocateEndpoints::json),
                endpoint("xml", ErrorShape.XML, AllocateEndpoints::xml),
                endpoint("csv", ErrorShape.TEXT, AllocateEndpoints::csv));
    }

    private Endpoint endpoint(String format, ErrorShape errors, Function<AllocationReply.Given, Answer> write) {
        return Endpoint.get(
                PATH + format, Access.POOL_KEY, errors, new Work.Later(request -> allocate(request, write)));
    }

    private CompletionStage<Reply> allocate(Request request, Function<AllocationReply.Given, Answer> write) {
        String pool = request.path("id");
        return switch (AllocationRequest.read(keys, visitorFields, pool, request.query())) {
            case AllocationRequest.Wrong wrong -> CompletableFuture.completedFuture(wrong.problem());
            case AllocationRequest.Ask ask ->
                leases.lease(List.of(ask.request()))
                        .thenApply(answers -> switch (AllocationReply.of(answers.getFirst(), pool)) {
                            case AllocationReply.Given number -> write.apply(number);
                            case AllocationReply.None none -> none.problem();
                        });
        };
    }

    private static Answer json(AllocationReply.Given number) {
        ObjectNode body = Json.object()
                .put("promo_number_formatted", NumberText.formatted(number.number()))
                .put("tracking_url", "")
                .put("promo_number", NumberText.national(number.number()));
        if (number.overflow()) {
            body.put("overflow", true);
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static Answer xml(AllocationReply.Given number) {
        XmlText body = XmlText.document("Response")
                .element("PromoNumberFormatted", NumberText.formatted(number.number()))
                .element("PromoNumber", NumberText.national(number.number()))
                .element("TrackingUrl", "");
        if (number.overflow()) {
            body.element("Overflow", "true");
        }
        return Answer.of(200, Answer.XML, body.end());
    }

    /** The three columns that clients know; a fourth one when it is the overflow number, as in the other formats. */
    private static Answer csv(AllocationReply.Given number) {
        CsvText body =
                new CsvText().value("PromoNumberFormatted").value("PromoNumber").value("TrackingUrl");
        if (number.overflow()) {
            body.value("Overflow");
        }
        body.endLine()
                .value(NumberText.formatted(number.number()))
                .value(NumberText.national(number.number()))
                .value("");
        if (number.overflow()) {
            body.value("true");
        }
        return Answer.of(200, Answer.CSV, body.endLine().toString());
    }
}
