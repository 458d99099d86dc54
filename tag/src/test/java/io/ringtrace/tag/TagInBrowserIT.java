package io.ringtrace.tag;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The tag, on real pages in Chromium")
class TagInBrowserIT {
    /** Both at once, for each waits much of its time. */
    private static final FutureTask<Boolean> PAGE = begun("page");

    private static final FutureTask<Boolean> LIFE = begun("life");

    private static FutureTask<Boolean> begun(String name) {
        return new FutureTask<>(() -> {
            NodeTests.pass(240, "src/test/browser/" + name + ".browser.js");
            return true;
        });
    }

    @BeforeAll
    static void begin() {
        Thread.ofPlatform().daemon().start(PAGE);
        Thread.ofPlatform().daemon().start(LIFE);
    }

    @Test
    void swapsKeepsAndNeverHarms() throws Exception {
        PAGE.get();
    }

    @Test
    void keepsOneNumberOverTabsPagesAndAbsences() throws Exception {
        LIFE.get();
    }
}
