package io.ringtrace.tag;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The tag, without a browser")
class TagTest {
    @Test
    void findsNumbersLeavesLookAlikesAndStaysSmall() throws Exception {
        NodeTests.pass(60, "src/test/js/numbers.test.js", "src/test/js/size.test.js");
    }
}
