package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What TLS connections are made with: TLS 1.2 and 1.3 by the JDK. Follows its files: connections made after a change use the new ones, and
 * files that are not good are logged and leave the old ones in force. Any thread.
 */
final class TlsContexts implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private final TlsFiles files;
    /** A handshake's arithmetic takes milliseconds, which no loop may spend on it. */
    private final ExecutorService arithmetic =
            UnboundThreads.pool(Runtime.getRuntime().availableProcessors(), "tls-arithmetic");

    private final Thread watch;
    private volatile Contexts contexts;

    private record Contexts(SslContext server, SslContext client, List<String> seen) {}

    private TlsContexts(TlsFiles files, Contexts contexts) {
        this.files = files;
        this.contexts = contexts;
        this.watch = Thread.ofVirtual().name("tls-files").unstarted(this::watch);
    }

    /** Reads the files and follows them from then on. */
    static TlsContexts load(TlsFiles files) throws ListenerException {
        try {
            TlsContexts made = new TlsContexts(files, read(files));
            made.watch.start();
            return made;
        } catch (IOException | IllegalArgumentException e) {
            throw new ListenerException("TLS with " + files.certificate() + ": " + why(e), e);
        }
    }

    SslHandler server(ByteBufAllocator allocator, Duration handshake) {
        SslHandler handler = contexts.server().newHandler(allocator, arithmetic);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    /** @param name the host that the peer's certificate must be for: a name, or an IP address */
    SslHandler client(ByteBufAllocator allocator, String name, int port, Duration handshake) {
        SslHandler handler = contexts.client().newHandler(allocator, name, port, arithmetic);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    @Override
    public void close() {
        watch.interrupt();
        arithmetic.shutdown();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(BETWEEN_LOOKS);
                look();
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    /** Looks at the files now. */
    synchronized void look() {
        List<String> tried = contexts.seen();
        try {
            tried = seen(files);
            if (!tried.equals(contexts.seen())) {
                contexts = read(files);
                UdpTransport.LOG.info("TLS: the certificate files have changed, new connections use them");
            }
        } catch (IOException | IllegalArgumentException e) {
            UdpTransport.LOG.error("TLS: the changed certificate files are not used: {}", why(e));
            contexts = new Contexts(contexts.server(), contexts.client(), tried);
        }
    }

    private static Contexts read(TlsFiles files) throws IOException {
        List<String> seen = seen(files);
        File certificate = files.certificate().toFile();
        File key = files.privateKey().toFile();
        SslContextBuilder server = SslContextBuilder.forServer(certificate, key)
                .clientAuth(
                        switch (files.clientCertificates()) {
                            case NONE -> ClientAuth.NONE;
                            case OPTIONAL -> ClientAuth.OPTIONAL;
                            case REQUIRED -> ClientAuth.REQUIRE;
                        });
        SslContextBuilder client =
                SslContextBuilder.forClient().keyManager(certificate, key).endpointIdentificationAlgorithm("HTTPS");
        return new Contexts(build(server, files.trusted()), build(client, files.trusted()), seen);
    }

    private static SslContext build(SslContextBuilder builder, @Nullable Path trusted) throws SSLException {
        if (trusted != null) {
            builder.trustManager(trusted.toFile());
        }
        return builder.sslProvider(SslProvider.JDK).protocols(PROTOCOLS).build();
    }

    /** What tells one state of the files from another. */
    private static List<String> seen(TlsFiles files) throws IOException {
        List<String> seen = new ArrayList<>();
        for (Path file : List.of(files.certificate(), files.privateKey())) {
            seen.add(look(file));
        }
        Path trusted = files.trusted();
        if (trusted != null) {
            seen.add(look(trusted));
        }
        return seen;
    }

    private static String look(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("the file " + file + " is not there, or this user may not read it");
        }
        return Files.getLastModifiedTime(file) + " " + Files.size(file) + " "
                + Files.readAttributes(file, "unix:ino").get("ino");
    }

    private static String why(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
