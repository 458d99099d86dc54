package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A key, right or wrong in whatever way,")
class KeyTableTest {
    private static final String LIVE = "rt_" + "a".repeat(43);
    private static final String REVOKED = "rt_" + "b".repeat(43);

    private final List<String> done = new ArrayList<>();

    private KeyTable<String> table() {
        return KeyTable.<String>builder()
                .add(LIVE, "acme")
                .add("16\0" + "c".repeat(32), "pool 16")
                .observed(
                        text -> {
                            done.add("hash");
                            return KeyTable.hash(new String(text, StandardCharsets.UTF_8));
                        },
                        (one, other) -> {
                            done.add("compare " + one.length + " with " + other.length);
                            return MessageDigest.isEqual(one, other);
                        });
    }

    @Test
    void opensWhatItIsFor() {
        assertThat(table().find(LIVE)).isEqualTo("acme");
        assertThat(table().find("16\0" + "c".repeat(32))).isEqualTo("pool 16");
        assertThat(KeyTable.<String>builder()
                        .addHash(KeyTable.hash(LIVE), "acme")
                        .build()
                        .find(LIVE))
                .isEqualTo("acme");
    }

    @Test
    void takesOneHashAndOneComparisonOfTheSameLength() {
        KeyTable<String> table = table();
        for (String key : List.of(
                LIVE,
                REVOKED,
                "",
                "guessed",
                LIVE.substring(1),
                "rt_" + "a".repeat(42) + "b",
                "15\0" + "c".repeat(32),
                "16\0" + "d".repeat(32),
                "\u00e9\u4e2d")) {
            done.clear();
            assertThat(table.find(key)).as(key).isEqualTo(key.equals(LIVE) ? "acme" : null);
            assertThat(done).as(key).containsExactly("hash", "compare 32 with 32");
        }
    }

    @Test
    void isNobodysInAnEmptyTable() {
        assertThat(KeyTable.empty().find(LIVE)).isNull();
        assertThat(KeyTable.empty().find("")).isNull();
    }
}
