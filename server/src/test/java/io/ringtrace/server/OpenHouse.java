package io.ringtrace.server;

import io.ringtrace.server.demo.SampleHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A running server on a store of its own, which may tell webhooks on this machine; without an account yet. */
final class OpenHouse {
    private static final Duration LONGEST = Duration.ofSeconds(90);

    private OpenHouse() {}

    static SampleHouse in(Path folder) throws IOException {
        SampleHouse house = new SampleHouse(folder);
        try {
            Files.writeString(
                    house.config(), Files.readString(house.config()) + "webhooks:\n  allow-networks: [127.0.0.0/8]\n");
            house.start();
            house.awaitReady(LONGEST);
            return house;
        } catch (IOException e) {
            house.close();
            throw e;
        }
    }
}
