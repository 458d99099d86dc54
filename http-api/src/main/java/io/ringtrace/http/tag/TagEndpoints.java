package io.ringtrace.http.tag;

import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.Work;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;

/** {@code GET /tag/…}: the files of the module tag, from memory. Thread-safe; called on event loops, never waits. */
public final class TagEndpoints {
    private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
    /** Long enough to spare a visitor's next pages the request, short enough for a new version to come soon. */
    private static final String CACHING = "public, max-age=3600, stale-while-revalidate=86400";

    @SuppressWarnings("ArrayRecordComponent") // Read once and sent; nobody compares files.
    private record File(String name, String mediaType, byte[] plain, byte[] gzipped, String etag) {}

    private final List<File> files = new ArrayList<>();

    public TagEndpoints() {
        for (String script : List.of("ringtrace.js", "ringtrace-preview.js", "ringtrace-debug.js")) {
            byte[] integrity = resource(script + ".integrity");
            String hash = new String(integrity, StandardCharsets.US_ASCII);
            byte[] plain = resource(script);
            files.add(new File(script, JAVASCRIPT, plain, gzip(plain), '"' + hash + '"'));
            files.add(new File(script + ".integrity", Answer.TEXT, integrity, gzip(integrity), '"' + hash + ".txt\""));
        }
    }

    public List<Endpoint> endpoints() {
        return files.stream()
                .map(file -> Endpoint.get(
                        "/tag/" + file.name(),
                        Access.PUBLIC,
                        ErrorShape.OURS,
                        new Work.Later(request -> CompletableFuture.completedFuture(serve(file, request)))))
                .toList();
    }

    private static Reply serve(File file, Request request) {
        boolean gzip = request.acceptEncoding().contains("gzip");
        Answer answer = request.ifNoneMatch().contains(file.etag())
                ? Answer.of(304, file.mediaType(), new byte[0])
                : Answer.of(200, file.mediaType(), gzip ? file.gzipped() : file.plain());
        if (gzip && answer.status() == 200) {
            answer = answer.with("Content-Encoding", "gzip");
        }
        // Integrity hashes are checked only for scripts that any origin may read. The tag's weak ETag names both
        // encodings.
        return answer.with("Cache-Control", CACHING)
                .with("ETag", "W/" + file.etag())
                .with("Vary", "Accept-Encoding")
                .with("Access-Control-Allow-Origin", "*")
                .with("Cross-Origin-Resource-Policy", "cross-origin");
    }

    private static byte[] resource(String name) {
        try (InputStream in = TagEndpoints.class.getResourceAsStream("/io/ringtrace/tag/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the tag's file " + name + " is missing from the build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
