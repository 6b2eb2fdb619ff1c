// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ear on the zones of which delegations were given. Zones tell of changes from threads that must
 * not wait, so they are only noted there; a thread of its own acts on them. Thread-safe.
 */
final class ZoneWatch {

  private static final Logger LOG = LoggerFactory.getLogger(ZoneWatch.class);
  private static final int IDLE_SECONDS = 10;

  private record Watched(ZoneFileSystem files, AutoCloseable listening) {}

  private final Predicate<FileStates.FileKey> matters;
  private final Consumer<FileStates.FileKey> changed;
  private final Map<UUID, Watched> zones = new HashMap<>();
  private final Map<UUID, ZoneFileSystem> listened = new ConcurrentHashMap<>();

  /** Changes that wait: at most as many as there are files with delegations. */
  private final Set<FileStates.FileKey> noted = ConcurrentHashMap.newKeySet();

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> Thread.ofPlatform().daemon().name("nfs-recall").unstarted(task),
          new ThreadPoolExecutor.DiscardPolicy());

  /**
   * An ear on nothing yet.
   *
   * @param matters whether anything hangs on a file; must not wait
   * @param changed told of changes of such files
   */
  ZoneWatch(Predicate<FileStates.FileKey> matters, Consumer<FileStates.FileKey> changed) {
    this.matters = matters;
    this.changed = changed;
    thread.allowCoreThreadTimeOut(true);
  }

  /** Listens to a zone from now on, if it does not already. */
  @SuppressWarnings("ReferenceEquality")
  void watch(Export export) {
    ZoneFileSystem files = export.files();
    // The same object means that this very opening of the zone is listened to.
    if (listened.get(export.zone()) == files) {
      return;
    }
    synchronized (zones) {
      Watched before = zones.get(export.zone());
      if (before != null && before.files() == files) {
        return;
      }
      AutoCloseable listening =
          files.listen(file -> note(new FileStates.FileKey(export.zone(), file)));
      zones.put(export.zone(), new Watched(files, listening));
      listened.put(export.zone(), files);
      if (before != null) {
        end(before);
      }
    }
  }

  /** Notes that a file changed; returns at once. */
  void note(FileStates.FileKey key) {
    if (matters.test(key) && noted.add(key)) {
      thread.execute(() -> {
        noted.remove(key);
        changed.accept(key);
      });
    }
  }

  private static void end(Watched watched) {
    try {
      watched.listening().close();
    } catch (Exception e) {
      LOG.warn("a zone was not told that nobody listens any more", e);
    }
  }

  /** Listens no more. */
  void close() {
    synchronized (zones) {
      zones.values().forEach(ZoneWatch::end);
      zones.clear();
      listened.clear();
    }
    thread.shutdownNow();
  }
}
