package io.ringtrace.server.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The landing page of a small business with the tag on it, and the button that calls the number a visitor sees. On 127.0.0.1 only, for
 * pages of its own only, one call at a time. Closed by whoever made it.
 */
public final class LandingPage implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int THREADS = 4;
    private static final int LONGEST_BODY = 1024;
    private static final List<String> VIEWS = List.of("/", "/implants", "/offices");
    private static final Map<String, String> FILES = Map.of(
            "/page.css", "text/css; charset=utf-8",
            "/page.js", "text/javascript; charset=utf-8",
            "/behind.js", "text/javascript; charset=utf-8",
            "/logo.svg", "image/svg+xml");

    private final String authority;
    private final String policy;
    private final byte[] page;
    private final ButtonCalls calls;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /**
     * @param port must be the one of the site's origin
     * @param ringtrace where browsers reach the server, without a slash at its end
     */
    public LandingPage(int port, String ringtrace, String site, ButtonCalls calls) throws IOException {
        this.authority = "127.0.0.1:" + port;
        this.policy = "default-src 'none'; script-src 'self' " + ringtrace + "; connect-src 'self' " + ringtrace
                + "; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        this.page = new String(resource("index.html"), StandardCharsets.UTF_8)
                .replace("{{ringtrace}}", ringtrace)
                .replace("{{site}}", site)
                .getBytes(StandardCharsets.UTF_8);
        this.calls = calls;
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 16);
        http.setExecutor(threads);
        http.createContext("/", this::serve);
        http.start();
    }

    public String url() {
        return "http://" + authority + "/";
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String method = exchange.getRequestMethod();
            if (!authority.equals(exchange.getRequestHeaders().getFirst("Host"))) {
                // A name that somebody else made lead here.
                problem(exchange, 421, "This page is at " + url() + " only.");
            } else if (path.equals("/call") && method.equals("POST")) {
                dial(exchange);
            } else if (!method.equals("GET")) {
                problem(exchange, 405, "Only GET here.");
            } else if (path.equals("/call")) {
                send(exchange, 200, "application/json", JSON.writeValueAsBytes(calls.latest()));
            } else if (VIEWS.contains(path)) {
                exchange.getResponseHeaders().set("Content-Security-Policy", policy);
                send(exchange, 200, "text/html; charset=utf-8", page);
            } else if (FILES.containsKey(path)) {
                send(exchange, 200, FILES.get(path), resource(path.substring(1)));
            } else {
                problem(exchange, 404, "There is no such page.");
            }
        }
    }

    private void dial(HttpExchange exchange) throws IOException {
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY);
        String number = number(body);
        if (!("http://" + authority).equals(origin)) {
            problem(exchange, 403, "Only this page's own button may call.");
        } else if (number == null) {
            problem(exchange, 400, "A number such as +18005550123 is needed.");
        } else if (!calls.begin(number)) {
            problem(exchange, 409, "One call at a time.");
        } else {
            send(exchange, 202, "application/json", JSON.writeValueAsBytes(calls.latest()));
        }
    }

    private static @Nullable String number(byte[] body) {
        try {
            JsonNode number = JSON.readTree(body).path("number");
            return number.isString() && number.asString().matches("\\+1[2-9][0-9]{9}") ? number.asString() : null;
        } catch (JacksonException _) {
            return null;
        }
    }

    private static void problem(HttpExchange exchange, int status, String sentence) throws IOException {
        ObjectNode body = JSON.createObjectNode().put("error", sentence);
        send(exchange, status, "application/json", JSON.writeValueAsBytes(body));
    }

    private static void send(HttpExchange exchange, int status, @Nullable String mediaType, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", mediaType);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = LandingPage.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IOException("the page's file " + name + " is missing from the build");
            }
            return in.readAllBytes();
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
        calls.close();
    }
}
