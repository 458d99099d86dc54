package io.ringtrace.config;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads when the configuration changes on disk. Watches folders, not files: editors write a new file and rename it, and Kubernetes moves a
 * symbolic link. Waits until it has been quiet for a moment, and looks every few seconds by itself, because network file systems tell nothing.
 * Has one thread of its own; started and closed once.
 */
public final class ConfigWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
    private static final long QUIET_MILLIS = 250;
    private static final long SETTLED_MILLIS = 50;
    private static final long LONGEST_UNREST_MILLIS = 3_000;
    private static final long LOOK_MILLIS = 5_000;
    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE
    };

    private final PlanReload reload;
    private final WatchService service;
    private final Thread thread;
    /** Null at first: a change between the server's own load and the first watch is found too. */
    private @Nullable List<Seen> seen;

    /** A file as its folder tells of it; another one of the same name differs in at least one of them. */
    private record Seen(Path file, long modifiedNanos, long bytes, String key) {}

    private ConfigWatch(PlanReload reload, WatchService service) {
        this.reload = reload;
        this.service = service;
        this.thread = Thread.ofPlatform().name("config-watch").daemon().unstarted(this::run);
    }

    /** Throws IOException when the system has no more watches to give. */
    public static ConfigWatch start(PlanReload reload) throws IOException {
        ConfigWatch watch = new ConfigWatch(reload, FileSystems.getDefault().newWatchService());
        watch.register();
        watch.thread.start();
        return watch;
    }

    private void run() {
        try {
            reloadIfChanged();
            while (true) {
                WatchKey event = service.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    awaitQuiet(event);
                }
                register();
                reloadIfChanged();
                askStoreAgain();
            }
        } catch (ClosedWatchServiceException _) {
            LOG.debug("closed");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** A file that is being written, or a set of files that is being copied, is read once it rests. */
    private void awaitQuiet(WatchKey first) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_UNREST_MILLIS);
        for (WatchKey event = first;
                event != null && System.nanoTime() < until;
                event = service.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)) {
            event.pollEvents();
            event.reset();
        }
    }

    private void reloadIfChanged() throws InterruptedException {
        List<Seen> now = look();
        if (now.equals(seen)) {
            return;
        }
        now = settled(now);
        ConfigFiles before = reload.files();
        seen = now;
        try {
            reload.reloadChanged("file watch");
        } catch (RuntimeException e) {
            LOG.error("reload (file watch) failed; the routing plan stays as it was", e);
        }
        if (!reload.files().equals(before)) {
            // The files include other folders than before: watched from now on, and what changed there meanwhile is
            // seen.
            register();
            reloadIfChanged();
        }
    }

    private void askStoreAgain() {
        try {
            reload.askStoreAgain();
        } catch (RuntimeException e) {
            LOG.error("the store could not be asked for the numbers of the configuration", e);
        }
    }

    /** What is seen twice in a row: a change that no event told of may be going on. */
    private List<Seen> settled(List<Seen> first) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_UNREST_MILLIS);
        List<Seen> last = first;
        while (System.nanoTime() < until) {
            Thread.sleep(SETTLED_MILLIS);
            List<Seen> now = look();
            if (now.equals(last)) {
                return now;
            }
            last = now;
        }
        return last;
    }

    private List<Seen> look() {
        List<Seen> files = new ArrayList<>();
        for (Path file : reload.files().present()) {
            try {
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                files.add(new Seen(
                        file,
                        found.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                        found.size(),
                        String.valueOf(found.fileKey())));
            } catch (IOException e) {
                LOG.debug("{} can't be looked at", file, e);
            }
        }
        return List.copyOf(files);
    }

    /** Anew each time: a folder may have come, gone, or be another one under the same name. Folders already watched are left as they are. */
    private void register() {
        for (Path folder : reload.files().watched()) {
            try {
                folder.register(service, KINDS);
            } catch (IOException e) {
                LOG.debug("{} can't be watched now", folder, e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
