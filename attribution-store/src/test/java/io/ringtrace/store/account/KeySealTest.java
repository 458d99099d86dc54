package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.store.db.StoreStartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeySealTest {
    @TempDir
    Path folder;

    @Test
    void opensWhatItSealedAlsoAfterARestart() throws Exception {
        byte[] sealed = KeySeal.in(folder).seal("secret");
        assertThat(KeySeal.in(folder).open(sealed)).isEqualTo("secret");
        assertThat(new String(sealed, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("secret");
    }

    @Test
    void opensNothingThatAnotherKeySealedOrThatWasChanged() throws Exception {
        KeySeal seal = KeySeal.in(folder);
        byte[] sealed = seal.seal("secret");
        assertThat(KeySeal.in(folder.resolve("other")).open(sealed)).isNull();
        sealed[sealed.length - 1] ^= 1;
        assertThat(seal.open(sealed)).isNull();
        assertThat(seal.open(new byte[3])).isNull();
    }

    @Test
    void keepsItsKeyFromOtherUsers() throws Exception {
        Path file = KeySeal.in(folder).file();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void refusesADamagedKeyFile() throws Exception {
        Files.writeString(KeySeal.in(folder).file(), "00");
        assertThatThrownBy(() -> KeySeal.in(folder))
                .isInstanceOf(StoreStartException.class)
                .hasMessageContaining("64 hexadecimal digits");
    }
}
