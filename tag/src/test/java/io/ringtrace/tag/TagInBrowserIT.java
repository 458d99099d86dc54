package io.ringtrace.tag;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The tag, on real pages in Chromium")
class TagInBrowserIT {
    @Test
    void swapsKeepsAndNeverHarms() throws Exception {
        NodeTests.pass(240, "src/test/browser/page.browser.js");
    }

    @Test
    void keepsOneNumberOverTabsPagesAndAbsences() throws Exception {
        NodeTests.pass(240, "src/test/browser/life.browser.js");
    }
}
