// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configuration folder under watch: an edit is read within a fraction of a second, and what was
 * last good stays in force for files that are refused.
 *
 * <p>The system's notifications wake it; where there are none (network file systems, no watches
 * left), it looks every two seconds at names, sizes and times. It waits until a burst of edits is
 * over, but never longer than two seconds. The callback runs on the watcher's own thread, one call
 * at a time. Thread-safe.
 */
public final class ConfigWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);

  /** How often it looks without being told. */
  static final Duration POLL = Duration.ofSeconds(2);

  /** A burst is over when nothing happened for so long. */
  static final Duration QUIET = Duration.ofMillis(100);

  private static final int MAX_QUIETS = 20;

  /**
   * What an edit brought.
   *
   * @param before what was in force
   * @param now what is in force from here on
   * @param changes what differs; empty when only the problems do
   */
  public record Update(Loaded before, Loaded now, List<ConfigChange> changes) {
    /** Copies the list. */
    public Update {
      changes = List.copyOf(changes);
    }
  }

  private final Path folder;
  private final ConfigLoader loader = new ConfigLoader();
  private final Consumer<Update> callback;
  private final Duration poll;
  private final Semaphore nudges = new Semaphore(0);
  private final @Nullable WatchService service;
  private final Thread thread;
  private volatile Loaded current;
  private volatile boolean closed;
  private List<String> seen = List.of();

  private ConfigWatcher(
      Path folder, Loaded initial, Duration poll, boolean notified, Consumer<Update> callback) {
    this.folder = folder;
    this.current = initial;
    this.callback = callback;
    this.poll = poll;
    this.service = notified ? watchService(folder) : null;
    this.thread = Thread.ofPlatform().daemon().name("config-watcher").unstarted(this::run);
  }

  /** Begins to watch. What {@code initial} lacks of the folder is reported at once. */
  public static ConfigWatcher start(Path folder, Loaded initial, Consumer<Update> callback) {
    return start(folder, initial, POLL, true, callback);
  }

  static ConfigWatcher start(
      Path folder, Loaded initial, Duration poll, boolean notified, Consumer<Update> callback) {
    ConfigWatcher watcher = new ConfigWatcher(folder, initial, poll, notified, callback);
    watcher.thread.start();
    WatchService service = watcher.service;
    if (service != null) {
      Thread.ofPlatform().daemon().name("config-events").start(() -> watcher.listen(service));
    }
    return watcher;
  }

  /** What is in force now. */
  public Loaded current() {
    return current;
  }

  /** Reads the folder now, changed or not (SIGHUP); returns at once. */
  public void readNow() {
    forced = true;
    nudges.release();
  }

  private volatile boolean forced;

  private static @Nullable WatchService watchService(Path folder) {
    try {
      return folder.getFileSystem().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.info(
          "no notifications for {}, looking every {} s: {}",
          folder,
          POLL.toSeconds(),
          e.getMessage());
      return null;
    }
  }

  private void listen(WatchService service) {
    try {
      while (!closed) {
        WatchKey key = service.take();
        key.pollEvents();
        key.reset();
        nudges.release();
      }
    } catch (ClosedWatchServiceException e) {
      LOG.debug("the watch on {} ended", folder);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed) {
        register();
        check();
        if (nudges.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS)) {
          settle();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void settle() throws InterruptedException {
    for (int i = 0; i < MAX_QUIETS && !closed; i++) {
      nudges.drainPermits();
      if (!nudges.tryAcquire(QUIET.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  /** Folders come and go; to register one that is registered costs nothing. */
  private void register() {
    if (service == null) {
      return;
    }
    for (Path watched : List.of(folder, folder.resolve(ConfigLoader.ZONES_FOLDER))) {
      try {
        watched.register(
            service,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
      } catch (IOException | ClosedWatchServiceException e) {
        LOG.debug("{} is not watched: {}", watched, e.getMessage());
      }
    }
  }

  private void check() {
    boolean now = forced;
    forced = false;
    List<String> found = fingerprint();
    if (!now && found.equals(seen)) {
      return;
    }
    seen = found;
    Loaded before = current;
    Loaded after = loader.load(folder, before);
    if (after.equals(before)) {
      return;
    }
    current = after;
    try {
      callback.accept(new Update(before, after, ConfigChange.between(before, after)));
    } catch (RuntimeException e) {
      LOG.error("what follows from an edit in {} failed: {}", folder, e.getMessage(), e);
    }
  }

  private List<String> fingerprint() {
    List<String> found = new ArrayList<>();
    found.add(stamp(folder.resolve(ConfigLoader.NODE_FILE)));
    found.add(stamp(folder.resolve(ConfigLoader.MESH_FILE)));
    Path zones = folder.resolve(ConfigLoader.ZONES_FOLDER);
    found.add(Boolean.toString(Files.isDirectory(zones)));
    try (Stream<Path> entries = Files.list(zones)) {
      entries
          .limit(2L * Limits.DEFAULT.zones())
          .sorted()
          .map(ConfigWatcher::stamp)
          .forEach(found::add);
    } catch (IOException | java.io.UncheckedIOException e) {
      found.add("unreadable");
    }
    return found;
  }

  /** Name, size and times; the time of the last change of the inode cannot be set back. */
  private static String stamp(Path file) {
    try {
      Map<String, Object> facts =
          Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
      Optional<Object> modified = Optional.ofNullable(facts.get("lastModifiedTime"));
      return file.getFileName()
          + " "
          + facts.get("size")
          + " "
          + modified.map(time -> ((FileTime) time).to(TimeUnit.NANOSECONDS)).orElse(0L)
          + " "
          + facts.get("ctime")
          + " "
          + facts.get("ino");
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return file.getFileName() + " " + e.getClass().getSimpleName();
    }
  }

  /** Ends the watch; no callback begins after it returned. */
  @Override
  public void close() {
    closed = true;
    nudges.release();
    if (service != null) {
      try {
        service.close();
      } catch (IOException e) {
        LOG.debug("the watch on {} ended badly: {}", folder, e.getMessage());
      }
    }
    if (!Thread.currentThread().equals(thread)) {
      try {
        thread.join(Duration.ofSeconds(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
