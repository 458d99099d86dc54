package io.ringtrace.server.demo;

import io.ringtrace.server.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The landing page as a process of its own, because the demo ends and the page stays. It ends by itself when the server does. */
final class PageProcess {
    private final Process process;
    private final int port;

    private PageProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns when it answers. */
    static PageProcess start(Path home, Path folder, SampleHouse house, int port) throws IOException {
        String address = "http://127.0.0.1:" + port;
        Path log = folder.resolve("page.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m",
                "-Dringtrace.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "demo-page"));
        command.addAll(List.of("--port", Integer.toString(port)));
        command.addAll(List.of("--ringtrace", withoutSlash(house.http().toString())));
        command.addAll(List.of("--site", house.makeSite(address)));
        command.addAll(List.of("--sip", house.sip(), "--gateway", house.gateway()));
        command.addAll(List.of("--data", house.data().toString(), "--folder", folder.toString()));
        command.addAll(List.of("--server", Long.toString(house.server().pid())));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        process.getOutputStream().close();
        PageProcess page = new PageProcess(process, port);
        page.awaitListening(log);
        return page;
    }

    static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private void awaitListening(Path log) throws IOException {
        for (int tries = 0; tries < 300; tries++) {
            if (!process.isAlive()) {
                throw new IOException(
                        "the page ended with exit code " + process.exitValue() + ": " + Files.readString(log));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1_000);
                return;
            } catch (IOException _) {
                pause();
            }
        }
        throw new IOException("the page did not listen on port " + port + " within 30 s");
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    String url() {
        return "http://127.0.0.1:" + port + "/";
    }

    long pid() {
        return process.pid();
    }
}
