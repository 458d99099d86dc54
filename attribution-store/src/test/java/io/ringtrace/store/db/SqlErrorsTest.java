package io.ringtrace.store.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the database's errors mean")
class SqlErrorsTest {
    @Test
    void aBrokenConnectionIsKnownByItsClassHoweverDeepItStands() {
        SQLException broken = new SQLException("Communications link failure", "08S01");
        assertThat(SqlErrors.connectionLost(broken)).isTrue();
        assertThat(SqlErrors.connectionLost(new IllegalStateException("no schema", new RuntimeException(broken))))
                .isTrue();
        assertThat(SqlErrors.connectionLost(new SQLException("syntax", "42000")))
                .isFalse();
        assertThat(SqlErrors.connectionLost(new SQLException("no state"))).isFalse();
        assertThat(SqlErrors.connectionLost(null)).isFalse();
    }

    @Test
    void soIsOneThatCouldNotBeRolledBack() {
        SQLException closed = new SQLException("No operations allowed after statement closed.", "S1009");
        assertThat(SqlErrors.connectionLost(closed)).isFalse();
        closed.addSuppressed(new SQLException("Connection is closed"));
        assertThat(SqlErrors.connectionLost(closed)).isTrue();
    }
}
