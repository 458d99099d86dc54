package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.Demo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
    @Test
    void theDemoTellsTheWholeStoryAndEndsWithZero(@TempDir Path folder) {
        StringWriter printed = new StringWriter();
        int code = new Demo(Scale.home(), folder, new PrintWriter(printed)).tell(false);
        assertThat(code).as(printed.toString()).isZero();
        assertThat(printed.toString())
                .contains(
                        "visitor-ada",
                        "visitor-ben",
                        "leased",
                        "caller_hangup",
                        "unknown_promo_number",
                        "utm_source=google");
    }
}
