package io.ringtrace.store.db;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.store.TestStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StoreDatabaseIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    @Test
    void theEmbeddedDatabaseHasEveryVariableAndGrant() throws Exception {
        assertThat(store.database().wrongSettings()).isEmpty();
    }

    @Test
    void aSecondMigrationHasNothingToDo() throws Exception {
        assertThat(store.database().migrate()).isZero();
    }
}
