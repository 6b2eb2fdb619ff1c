// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The making of versions, and the bringing to disk.
 *
 * <p>A file's writes become a version when it is closed or committed, when nothing was written for
 * a moment, and every second of a long stream. Peers hear only of what is on disk: bytes first,
 * then the index that speaks of them. A sync that failed is never tried again, since the kernel may
 * by then have thrown the pages away: the zone becomes read-only.
 */
final class Versions {

  private static final Logger LOG = LoggerFactory.getLogger(Versions.class);
  private static final int SINGLE_SYNCS = 8;
  private static final int DIRECTORIES_AT_ONCE = 4_096;

  private final ZoneState zone;
  private final Tracer tracer;
  private final IndexSync index;
  private final AtomicBoolean changed = new AtomicBoolean();
  private final ReentrantLock telling = new ReentrantLock();
  private volatile long lastCommit;
  private volatile boolean everCommitted;

  Versions(ZoneState zone) {
    this.zone = zone;
    this.tracer = new Tracer(zone);
    this.index =
        new IndexSync(
            zone.name,
            zone.store::sync,
            zone.store::isSynced,
            zone.nanoTime,
            e -> zone.fail("the index could not be brought to disk", e));
  }

  /** Notes that a file is about to change; the caller holds its lock alone. */
  DirtyContent begin(OpenState state, Shown shown) throws IOException {
    changed.set(true);
    DirtyContent known = state.dirty;
    if (known != null) {
      return known;
    }
    if (state.gone == null && !state.markedDirty) {
      zone.lock.lock();
      try {
        zone.replica.markDirty(state.id, true);
      } finally {
        zone.lock.unlock();
      }
      state.markedDirty = true;
    }
    DirtyContent fresh = new DirtyContent(shown.size(), zone.now(), zone.nanoTime.getAsLong());
    fresh.before = tracer.before(state);
    state.dirty = fresh;
    return fresh;
  }

  /** Makes a version of what was written to a file; the caller holds its lock alone. */
  void make(OpenState state) throws IOException, ZoneException {
    DirtyContent dirty = state.dirty;
    if (dirty == null) {
      return;
    }
    if (state.gone != null) {
      return;
    }
    Bytes hash = hash(state, dirty.size);
    Change change;
    zone.lock.lock();
    try {
      if (state.gone != null) {
        return;
      }
      stamp(state, dirty.modified);
      change =
          zone.replica.version(
              state.id,
              dirty.size,
              dirty.modified,
              dirty.holes(),
              dirty.written(),
              hash,
              true,
              tracer.trace(state.id, dirty.before),
              0);
      zone.forget(change);
      state.dirty = null;
      state.markedDirty = false;
      zone.growth.addAndGet(dirty.sizeBefore - dirty.size);
      zone.unsynced.add(state.id);
    } catch (ReplicaException e) {
      throw Failures.of(e);
    } finally {
      zone.lock.unlock();
    }
    changed.set(true);
    zone.done(change);
  }

  /** The file on disk gets the version's time, or a scan would take it for edited by hand. */
  private void stamp(OpenState state, Timestamp modified) throws IOException {
    Shown shown = zone.find(state.id);
    if (shown != null) {
      try (OpenFile open = zone.open(state)) {
        open.setTimes(shown.accessed(), modified);
      }
    }
  }

  private @Nullable Bytes hash(OpenState state, long size) throws IOException {
    if (size == 0 || size > Content.HASHED_SIZE) {
      return null;
    }
    ByteBuffer data = ByteBuffer.allocate((int) size);
    try (OpenFile open = zone.open(state)) {
      open.read(data, 0);
    }
    return hash(data.array());
  }

  /** The SHA-256 of some bytes. */
  static Bytes hash(byte[] bytes) {
    try {
      return Bytes.of(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Makes versions of the files that have been quiet, or were written to for long. */
  void makeDue() {
    long now = zone.nanoTime.getAsLong();
    long quiet = zone.settings.quiet().toNanos();
    long longest = zone.settings.longest().toNanos();
    zone.files.ended().forEach(this::drop);
    for (OpenState state : zone.files.dirty()) {
      DirtyContent dirty = state.dirty;
      if (dirty != null && (now - dirty.lastNanos >= quiet || now - dirty.firstNanos >= longest)) {
        makeNow(state.id);
      }
    }
  }

  /** Makes versions of everything written. */
  void makeAll() {
    for (OpenState state : zone.files.dirty()) {
      makeNow(state.id);
    }
    makeDirectories();
  }

  /** Makes a version of one file if it was written to; a failure leaves it to be tried again. */
  void makeNow(FileId id) {
    OpenState state = zone.files.find(id);
    if (state == null || state.dirty == null) {
      return;
    }
    try (OpenStates.Held held = zone.files.alone(id)) {
      make(held.state());
    } catch (IOException | ZoneException e) {
      LOG.warn("zone {}: no version of {} yet: {}", zone.name, id, e.getMessage());
    }
  }

  /** Takes special bits from a file that someone else than root wrote to. */
  void clearPrivileges(FileId id, int mode) throws ZoneException {
    zone.locked(() -> {
      AttrsChange change = new AttrsChange(mode, null, null, null, null, null);
      zone.done(zone.replica.setAttrs(id, change, 0));
      return id;
    });
  }

  /**
   * Brings a file's bytes to disk; the caller holds its lock. That it cannot be opened, because its
   * name has just gone, says nothing of the disk; that it cannot be synced does.
   */
  void toDisk(OpenState state) throws IOException {
    try (OpenFile open = zone.open(state)) {
      toDisk(state, open);
    }
  }

  /** Brings the bytes of a file that is open to disk; needs no lock. */
  void toDisk(OpenState state, OpenFile open) throws IOException {
    boolean withName = state.nameUnsynced;
    sync(open, withName);
    if (withName) {
      state.nameUnsynced = false;
    }
  }

  /**
   * Brings a version's bytes to disk: without the file's lock if it is open, so that who writes on
   * does so meanwhile.
   */
  private void onDisk(OpenState state) throws IOException {
    try (OpenFile open = state.borrow()) {
      if (open != null) {
        toDisk(state, open);
        return;
      }
    }
    try (OpenStates.Held held = zone.files.shared(state.id)) {
      if (held.state().gone == null && zone.find(state.id) != null) {
        toDisk(held.state());
      }
    }
  }

  private void sync(OpenFile open, boolean withName) throws IOException {
    try {
      if (withName) {
        open.sync();
      } else {
        open.dataSync();
      }
    } catch (IOException e) {
      zone.fail("a file could not be brought to disk", e);
      throw e;
    }
  }

  /**
   * Brings to disk what was written to a file, and in the index that it was: needs no lock. Not for
   * a version, which may only be on disk after its bytes.
   */
  void writesToDisk(OpenState state, OpenFile open) throws IOException {
    index.with(() -> toDisk(state, open));
  }

  /** Ends a commit: index on disk, and for some seconds every name operation with it. */
  void committed() throws IOException {
    lastCommit = zone.nanoTime.getAsLong();
    everCommitted = true;
    index.run();
  }

  /** Notes that something changed that the next sync is to bring to disk. */
  void touched() {
    changed.set(true);
  }

  /** Lets go of a file without a name that nobody has open any more. */
  void drop(OpenState state) {
    try (OpenStates.Held held = zone.files.alone(state.id)) {
      if (held.state().gone != null && !held.state().isOpen()) {
        zone.files.release(held.state(), true);
      }
    } catch (IOException e) {
      LOG.debug("zone {}: {} is not closed", zone.name, state.id, e);
    }
  }

  /** Publishes the times of directories whose names changed. */
  void makeDirectories() {
    zone.lock.lock();
    try {
      List<FileId> due = zone.replica.dirty(DIRECTORIES_AT_ONCE);
      int made = due.isEmpty() ? 0 : zone.replica.versionDirectories(DIRECTORIES_AT_ONCE);
      due.forEach(zone::forget);
      if (made > 0) {
        changed.set(true);
        zone.versionChanged();
      }
    } finally {
      zone.lock.unlock();
    }
  }

  /** Ends a name operation: on disk now if that was asked for, else within the second. */
  void nameChanged(boolean fresh) throws ZoneException {
    changed.set(true);
    boolean recent =
        everCommitted
            && zone.nanoTime.getAsLong() - lastCommit < zone.settings.committer().toNanos();
    if (zone.settings.strict() || (recent && !fresh)) {
      zone.inWords(() -> {
        syncAll();
        return lastCommit;
      });
    }
  }

  /** Brings everything to disk if anything changed since the last time. */
  void syncIfChanged() throws IOException {
    if (changed.getAndSet(false)) {
      syncAll();
    }
  }

  private void syncAll() throws IOException {
    Knowledge upTo = known();
    List<FileId> waiting = List.copyOf(zone.unsynced);
    try {
      zone.tree.sync();
    } catch (IOException e) {
      zone.fail("the volume could not be brought to disk", e);
      throw e;
    }
    waiting.forEach(zone.unsynced::remove);
    onDisk(upTo);
    index.run();
  }

  /** What this replica knows: whoever makes a version of a file notes it as unsynced meanwhile. */
  private Knowledge known() {
    zone.lock.lock();
    try {
      return zone.replica.knowledge();
    } finally {
      zone.lock.unlock();
    }
  }

  private void onDisk(Knowledge upTo) {
    zone.lock.lock();
    try {
      zone.replica.bytesOnDisk(upTo);
    } finally {
      zone.lock.unlock();
    }
  }

  /**
   * Brings to disk all that the index knows, so that peers may hear of it. While that is little,
   * who comes meanwhile finds it done, instead of syncing the same files beside.
   */
  void beforeTelling() throws IOException {
    if (zone.unsynced.size() > SINGLE_SYNCS) {
      allToDisk();
      return;
    }
    telling.lock();
    try {
      allToDisk();
    } finally {
      telling.unlock();
    }
  }

  private void allToDisk() throws IOException {
    Knowledge upTo = known();
    List<FileId> waiting = List.copyOf(zone.unsynced);
    if (waiting.size() > SINGLE_SYNCS) {
      syncAll();
      return;
    }
    for (FileId id : waiting) {
      OpenState state = zone.files.find(id);
      if (state == null) {
        syncAll();
        return;
      }
      try {
        onDisk(state);
      } catch (IOException e) {
        if (zone.fault() != null) {
          throw e;
        }
        // Its name went between the look and the opening.
        syncAll();
        return;
      }
      zone.unsynced.remove(id);
    }
    onDisk(upTo);
    index.run();
  }

  /** Ends what brings the index to disk; nothing is to be synced any more. */
  void close() {
    index.close();
  }
}
