package io.ringtrace.store.db;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A server that starts the embedded database and then waits to be killed; run by a test in a JVM of its own. */
final class ServerToBeKilled {
    static final String SAYS = "database pid ";

    private ServerToBeKilled() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedMariaDb database = EmbeddedMariaDb.start(Path.of(arguments[0]), 32);
        System.out.println(SAYS + database.pid());
        new CountDownLatch(1).await();
    }
}
