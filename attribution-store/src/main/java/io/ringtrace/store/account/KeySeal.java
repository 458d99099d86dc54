package io.ringtrace.store.account;

import io.ringtrace.store.db.StoreStartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals pool keys for the database with AES-256-GCM, by a key in a 0600 file of the data folder: who reads the database alone learns no
 * pool key. Nodes that share a database share the file. Thread-safe.
 */
public final class KeySeal {
    private static final String FILE = "pool-keys.secret";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final Path file;
    private final SecureRandom random = new SecureRandom();

    private KeySeal(byte[] key, Path file) {
        this.key = new SecretKeySpec(key, "AES");
        this.file = file;
    }

    /** Reads the folder's key file, made at first use. */
    public static KeySeal in(Path folder) throws StoreStartException {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            if (!Files.exists(file)) {
                create(folder, file);
            }
            byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
            if (key.length != KEY_BYTES) {
                throw new IllegalArgumentException(key.length + " bytes");
            }
            return new KeySeal(key, file);
        } catch (IOException e) {
            throw new StoreStartException("the file of the pool keys' seal " + file + " cannot be used: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new StoreStartException(
                    "the file of the pool keys' seal " + file
                            + " must hold 64 hexadecimal digits; restore it from a backup",
                    e);
        }
    }

    /** Moved into place whole, and never over one that is there. */
    private static void create(Path folder, Path file) throws IOException {
        byte[] fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        Path made = Files.createTempFile(
                folder,
                FILE,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(made, HexFormat.of().formatHex(fresh));
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException _) {
            // Another process made it at the same moment; that one counts.
        } finally {
            Files.delete(made);
        }
    }

    public Path file() {
        return file;
    }

    public byte[] seal(String secret) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            byte[] sealed = cipher.doFinal(secret.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-GCM", e);
        }
    }

    /** Null when it was sealed by another key, or changed. */
    @Nullable
    public String open(byte[] sealed) {
        if (sealed.length <= NONCE_BYTES) {
            return null;
        }
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, Arrays.copyOf(sealed, NONCE_BYTES)));
            return new String(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException _) {
            return null;
        }
    }
}
