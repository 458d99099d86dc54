package io.ringtrace.server.lease;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.DatabaseAddress;
import io.ringtrace.store.db.StoreDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** Servers that share one database. */
final class TwoHouses {
    private TwoHouses() {}

    static SampleHouse on(DatabaseAddress store, Path folder) throws IOException {
        SampleHouse house = new SampleHouse(Files.createDirectories(folder));
        Path password = Files.writeString(folder.resolve("store-password"), store.password());
        Files.writeString(house.config(), Files.readString(house.config()).replace("store:\n", """
                        store:
                          url: %s
                          user: %s
                          password: file:%s
                        """.formatted(
                        url(store), store.user(), password)));
        return house;
    }

    /** A second server on the database that a running one has for its own. */
    static SampleHouse beside(SampleHouse first, Path folder) throws Exception {
        try (StoreDatabase database = ManyPools.database(first)) {
            return on(database.address(), folder);
        }
    }

    private static String url(DatabaseAddress store) {
        return "jdbc:mysql://" + store.host() + ":" + store.port() + "/" + store.database();
    }

    /** Waits until a server has heard of the account that another one made. */
    static void awaitToken(SampleHouse house, String token, String pool) throws Exception {
        long until = System.nanoTime() + 30_000_000_000L;
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI leases = house.http().resolve("/v1/leases");
            while (true) {
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(leases)
                                .header("Authorization", "Bearer " + token)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"requests\":[{\"pool\":\"" + pool + "\"}]}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200 && answer.body().contains("\"lease_id\":\"")) {
                    return;
                }
                if (System.nanoTime() > until) {
                    throw new IOException(answer.statusCode() + ": " + answer.body());
                }
                Thread.sleep(100);
            }
        }
    }
}
