package io.ringtrace.store.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.store.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A node")
class NodeIdentityIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    @TempDir
    Path folder;

    @Test
    void isTheSameAfterARestart() throws Exception {
        NodeIdentity first = NodeIdentity.load(folder, "east-1");
        first.register(store.database(), 1);
        NodeIdentity again = NodeIdentity.load(folder, "east-renamed");
        again.register(store.database(), 2);
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.serverId()).isEqualTo(first.serverId()).isBetween(1L << 30, (1L << 32) - 1);
    }

    @Test
    void takesAnotherServerIdWhenItsOwnIsTaken() throws Exception {
        NodeIdentity node = NodeIdentity.load(folder, "east-1");
        long taken = node.serverId();
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO node (id, name, server_id, seen_at) VALUES (1, 'thief', " + taken + ", 0)");
        }
        node.register(store.database(), 1);
        assertThat(node.serverId()).isNotEqualTo(taken);
        assertThat(NodeIdentity.load(folder, "east-1").serverId()).isEqualTo(node.serverId());
    }

    @Test
    void saysWhichFileItCannotRead() throws Exception {
        Files.writeString(folder.resolve("node"), "id=x\n");
        assertThatThrownBy(() -> NodeIdentity.load(folder, "east-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.resolve("node").toString());
    }
}
