package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.Demo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoIT {
    /** Told while the other one is, for both wait most of their time. */
    private static final StringWriter STORY = new StringWriter();

    @TempDir
    private static Path storyFolder;

    private static CompletableFuture<Integer> story;

    @BeforeAll
    static void begin() {
        story = CompletableFuture.supplyAsync(
                () -> new Demo(Scale.home(), storyFolder, new PrintWriter(STORY)).tell(false));
    }

    @Test
    @Order(2)
    void theDemoTellsTheWholeStoryAndEndsWithZero() {
        int code = story.join();
        assertThat(code).as(STORY.toString()).isZero();
        assertThat(STORY.toString())
                .contains(
                        "visitor-ada",
                        "visitor-ben",
                        "leased",
                        "caller_hangup",
                        "unknown_promo_number",
                        "utm_source=google");
    }

    @Test
    @Order(1)
    void theKeptDemosPageCallsTheNumberItsVisitorSees(@TempDir Path folder) throws Exception {
        StringWriter printed = new StringWriter();
        int code = new Demo(Scale.home(), folder, new PrintWriter(printed)).tell(true);
        assertThat(code).as(printed.toString()).isZero();
        ProcessHandle server = process(printed, "running as process (\\d+)");
        try {
            ProcessHandle page = process(printed, "ends with it, as process (\\d+)");
            BrowserTest.pass(
                    "demo.browser.js",
                    BrowserTest.kept("demo-page"),
                    Map.of("PAGE", found(printed, "Open (http://127\\.0\\.0\\.1:\\d+/)")));
            server.destroy();
            server.onExit().get(30, TimeUnit.SECONDS);
            page.onExit().get(15, TimeUnit.SECONDS);
        } finally {
            server.destroy();
            server.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    private static ProcessHandle process(StringWriter printed, String pattern) {
        return ProcessHandle.of(Long.parseLong(found(printed, pattern))).orElseThrow();
    }

    private static String found(StringWriter printed, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(printed.toString());
        assertThat(matcher.find()).as(printed.toString()).isTrue();
        return matcher.group(1);
    }
}
