package io.ringtrace.server.command;

import io.ringtrace.server.DataFolder;
import io.ringtrace.server.StartException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to the server that runs on a data folder, over loopback HTTP. For the thread of one command. */
public final class OperatorClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(2);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI server;
    private final String token;

    private OperatorClient(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /** Throws a {@link CommandException} when no server has started on the folder. */
    public static OperatorClient of(Path dataDirectory) throws CommandException {
        try {
            URI address = Files.isDirectory(dataDirectory) ? new DataFolder(dataDirectory).announced() : null;
            if (address == null) {
                throw new CommandException("no server runs on the data folder " + dataDirectory
                        + ". Start one with ./ringtrace serve, or name its folder with --data-directory.");
            }
            return new OperatorClient(address, new DataFolder(dataDirectory).operatorToken());
        } catch (IOException | StartException e) {
            throw new CommandException("data folder " + dataDirectory + " can't be read: " + e.getMessage(), e);
        }
    }

    public URI server() {
        return server;
    }

    public JsonNode get(String pathAndQuery) throws CommandException {
        return json(HttpRequest.newBuilder(server.resolve(pathAndQuery)).GET());
    }

    /** An answer that is no JSON. */
    public String text(String pathAndQuery) throws CommandException {
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(server.resolve(pathAndQuery)).GET());
        if (answer.statusCode() >= 300) {
            json(answer);
        }
        return answer.body();
    }

    public JsonNode post(String pathAndQuery, String contentType, String body) throws CommandException {
        return json(HttpRequest.newBuilder(server.resolve(pathAndQuery))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public JsonNode put(String pathAndQuery, String body) throws CommandException {
        return json(HttpRequest.newBuilder(server.resolve(pathAndQuery))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    public JsonNode delete(String pathAndQuery) throws CommandException {
        return json(HttpRequest.newBuilder(server.resolve(pathAndQuery)).DELETE());
    }

    private JsonNode json(HttpRequest.Builder request) throws CommandException {
        return json(send(request));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws CommandException {
        try {
            return http.send(
                    request.header("Authorization", "Bearer " + token)
                            .timeout(LONGEST_ANSWER)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw new CommandException(
                    "no server answers at " + server + "; it may have stopped. Start it with ./ringtrace serve.", e);
        } catch (IOException e) {
            throw new CommandException("the server at " + server + " did not answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted while waiting for " + server, e);
        }
    }

    /** Throws a {@link CommandException} for a refusal, with the server's own words. */
    private JsonNode json(HttpResponse<String> answer) throws CommandException {
        JsonNode body;
        try {
            body = JSON.readTree(answer.body());
        } catch (RuntimeException e) {
            throw new CommandException(
                    "the server at " + server + " answered " + answer.statusCode() + " with something that is not JSON",
                    e);
        }
        if (answer.statusCode() >= 300) {
            JsonNode message = body.path("error").path("message");
            throw new CommandException("the server answered " + answer.statusCode() + ": "
                    + (message.isString() ? message.asString() : answer.body()));
        }
        return body;
    }

    @Override
    public void close() {
        http.close();
    }
}
