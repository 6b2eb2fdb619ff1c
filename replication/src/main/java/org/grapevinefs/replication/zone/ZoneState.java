// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.core.Replica;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.ChangeListener;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.index.IndexFailure;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.PosixException;
import org.grapevinefs.replication.volume.Reserve;
import org.grapevinefs.replication.volume.ZoneTree;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of a {@link LocalZone} share. The lock guards the index and the names on disk. */
final class ZoneState {

  private static final long SHOWN_KEPT = 65_536;
  private static final int MOST_WARNINGS = 100;
  private static final Logger LOG = LoggerFactory.getLogger(ZoneState.class);

  final String name;
  final ZoneTree tree;
  final ReplicaStore store;
  final Replica replica;
  final OpenStates files;
  final Directories directories;
  final FileIds ids;
  final ReentrantLock lock = new ReentrantLock();
  final InstantSource time;
  final LongSupplier nanoTime;
  final LongSupplier volumeFree;
  final Reserve reserve;
  final ZoneSnapshots snapshots;

  /** The quota and the waits; may change at any time. */
  volatile ZoneSettings settings;

  /** Bytes by which files grew since their last versions. */
  final AtomicLong growth = new AtomicLong();

  /** Under which names clients may still ask for what has a plain name by now. */
  final FormerNames formerNames;

  /** What must be brought to disk before the next sync may say that all is. */
  final Set<FileId> unsynced = ConcurrentHashMap.newKeySet();

  private final Cache<FileId, Shown> cache =
      Caffeine.newBuilder().maximumSize(SHOWN_KEPT).executor(Runnable::run).build();
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> versionListeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable String fault;
  private volatile Bell bell = Bell.NONE;
  private volatile BooleanSupplier roomMaker = () -> false;
  private final Queue<String> warnings = new ConcurrentLinkedQueue<>();

  ZoneState(
      String name,
      ZoneTree tree,
      ReplicaStore store,
      Replica replica,
      ZoneSettings settings,
      InstantSource time,
      LongSupplier nanoTime,
      LongSupplier volumeFree,
      Reserve reserve,
      ZoneSnapshots snapshots) {
    this.name = name;
    this.tree = tree;
    this.store = store;
    this.replica = replica;
    this.settings = settings;
    this.time = time;
    this.nanoTime = nanoTime;
    this.volumeFree = volumeFree;
    this.reserve = reserve;
    this.snapshots = snapshots;
    this.files = new OpenStates(settings.openFiles(), nanoTime);
    this.directories = new Directories(tree, replica::placed);
    this.ids = new FileIds(replica::newId);
    this.formerNames = new FormerNames(nanoTime);
  }

  /** What the settler hears. */
  interface Bell {

    /** Nobody listens. */
    Bell NONE =
        new Bell() {
          @Override
          public void wake() {}

          @Override
          public void contentReady(Collection<FileId> ids) {}

          @Override
          public void changedHere(FileId id) {}

          @Override
          public void syncAsked() {}

          @Override
          public boolean isIdle() {
            return false;
          }
        };

    /** Names may be other than they should be. */
    void wake();

    /** Contents of inodes have come. */
    void contentReady(Collection<FileId> ids);

    /** An inode changed here while not all was settled. */
    void changedHere(FileId id);

    /** A single file is to be synced. */
    void syncAsked();

    /** Whether it has nothing to do. */
    boolean isIdle();
  }

  Timestamp now() {
    return Timestamp.micros(time.instant());
  }

  /** What a file looks like in the index; null if it has no name on disk. */
  @Nullable Shown find(FileId id) {
    Shown known = cache.getIfPresent(id);
    if (known != null) {
      return known;
    }
    lock.lock();
    try {
      Shown found = replica.shown(id);
      boolean there =
          found != null
              && (id.equals(FileId.ROOT) || !replica.placed(replica.canonical(id)).isEmpty());
      if (!there || found == null) {
        return null;
      }
      // Put under the lock, under which every change also forgets: what is found is never old.
      cache.put(id, found);
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what a change touched; under the lock. */
  void forget(Change change) {
    change.ticks().keySet().forEach(cache::invalidate);
    cache.invalidate(change.id());
  }

  void forget(FileId id) {
    cache.invalidate(id);
  }

  /** Forgets all: names may mean other files now. */
  void forgetAll() {
    cache.invalidateAll();
  }

  /** What a file looks like in the index, or when its last name went. */
  Shown shown(FileId id) throws ZoneException {
    Shown shown;
    try {
      shown = find(id);
    } catch (IndexFailure e) {
      throw inWords(e);
    }
    if (shown != null) {
      return shown;
    }
    OpenState state = files.find(id);
    Shown gone = state == null ? null : state.gone;
    if (gone == null) {
      throw new ZoneException(ZoneError.STALE);
    }
    return gone;
  }

  /** What {@code stat} tells, with what was written since the last version. */
  Attributes attributes(FileId id) throws ZoneException {
    // In this order: once a version is made the index has the size, and only then it is not dirty.
    OpenState state = files.find(id);
    DirtyContent dirty = state == null ? null : state.dirty;
    return attributes(id, shown(id), state, dirty);
  }

  /** The same of a file that may have no name on disk any more; then null. */
  @Nullable Attributes attributesIfThere(FileId id) {
    OpenState state = files.find(id);
    DirtyContent dirty = state == null ? null : state.dirty;
    Shown shown = find(id);
    return shown == null ? null : attributes(id, shown, state, dirty);
  }

  private static Attributes attributes(
      FileId id, Shown shown, @Nullable OpenState state, @Nullable DirtyContent dirty) {
    long size = shown.size();
    Timestamp modified = shown.modified();
    Timestamp changed = shown.changed();
    long change = shown.change();
    long used = used(shown.content(), size);
    if (state != null && dirty != null) {
      size = dirty.size;
      modified = dirty.modified;
      changed = changed.compareTo(modified) < 0 ? modified : changed;
      change = Math.max(change, dirty.change);
      used = usedOnDisk(state, size);
    }
    Device device =
        shown.content() instanceof Content.Device d
            ? new Device(d.major(), d.minor())
            : Device.NONE;
    int links = state != null && state.gone != null ? 0 : shown.links();
    return new Attributes(
        id,
        shown.type(),
        shown.mode(),
        links,
        shown.uid(),
        shown.gid(),
        size,
        used,
        device,
        shown.accessed(),
        modified,
        changed,
        shown.created(),
        change);
  }

  /** What a file without a version takes, as its disk says: it may have holes. */
  private static long usedOnDisk(OpenState state, long size) {
    try (OpenFile open = state.borrow()) {
      if (open != null) {
        return open.stat().used();
      }
    } catch (IOException e) {
      LOG.debug("file {}: its blocks cannot be counted", state.id, e);
    }
    return size + 511 & ~511L;
  }

  private static long used(@Nullable Content content, long size) {
    if (!(content instanceof Content.Regular regular)) {
      return size + 511 & ~511L;
    }
    long bytes = 0;
    for (RangeMap.Range range : regular.ranges().ranges()) {
      bytes += range.dot() == null ? 0 : range.length();
    }
    return bytes + 511 & ~511L;
  }

  /** A change attribute for bytes that have no version yet: after every one given before. */
  long tick() {
    lock.lock();
    try {
      return replica.nextTick();
    } finally {
      lock.unlock();
    }
  }

  /** Room for the quota, or what the volume has if that is less. */
  SpaceUsage space() throws ZoneException {
    return inWords(() -> {
      long used = usedBytes();
      long onVolume = volumeFree.getAsLong();
      long quota = settings.quota();
      long total = Math.min(quota, used > Long.MAX_VALUE - onVolume ? quota : used + onVolume);
      long free = Math.max(0, total - used);
      long count = replica.counts().files();
      return new SpaceUsage(total, free, count + free / 4096, free / 4096);
    });
  }

  static DirectoryChange change(Change change, FileId id) {
    Change.Tick tick = change.ticks().get(id);
    return tick == null
        ? new DirectoryChange(0, 0)
        : new DirectoryChange(tick.before(), tick.after());
  }

  /** Bytes in the zone, with those that have no version yet. */
  long usedBytes() {
    return Math.max(0, replica.counts().bytes() + growth.get());
  }

  /** Refuses what needs room when there is none. */
  void requireRoom() throws ZoneException {
    if (usedBytes() >= settings.quota()) {
      throw new ZoneException(ZoneError.DQUOT);
    }
    requireDisk();
  }

  /** Refuses what needs room on the disk while the index lives on what was kept for it. */
  void requireDisk() throws ZoneException {
    if (reserve.isGiven()) {
      throw noRoom();
    }
  }

  private ZoneException noRoom() {
    return roomMaker.getAsBoolean()
        ? new ZoneException(ZoneError.DELAY, "room is being made by deleting a snapshot")
        : new ZoneException(ZoneError.NOSPC, "the disk is full");
  }

  void requireWritable() throws ZoneException {
    String why = fault;
    if (why != null) {
      throw new ZoneException(ZoneError.ROFS, why);
    }
  }

  /** Whether changes are taken. */
  boolean isWritable() {
    return fault == null;
  }

  /** Ends all writing: what the disk said can no longer be relied on. */
  void fail(String why, Exception cause) {
    if (fault == null) {
      fault = why + ": " + cause.getMessage();
      LOG.error("zone {} is read-only now: {}", name, why, cause);
    }
  }

  /**
   * An index that its disk did not let be read or written works no more until it is opened anew.
   */
  void noteBroken(Throwable e) {
    if (e instanceof IndexFailure index && index.isBroken()) {
      fail("its index failed", index);
    }
  }

  @Nullable String fault() {
    return fault;
  }

  /** The descriptor of a file, to be closed by the caller, whose lock on the state is held. */
  OpenFile open(OpenState state) throws IOException {
    OpenFile known = state.borrow();
    if (known != null) {
      return known;
    }
    lock.lock();
    try {
      OpenFile found = directories.file(state.id);
      found.retain();
      state.keep(found);
      return found;
    } finally {
      lock.unlock();
    }
  }

  AutoCloseable listen(ChangeListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void changed(FileId id) {
    for (ChangeListener listener : listeners) {
      listener.changed(id);
    }
  }

  AutoCloseable onVersion(Runnable listener) {
    versionListeners.add(listener);
    return () -> versionListeners.remove(listener);
  }

  /** Follows up a local change: others hear of it, and what it left unsettled is settled. */
  void done(Change change) {
    forget(change);
    if (change.unsettled()) {
      bell.changedHere(change.id());
    }
    if (!change.dots().isEmpty()) {
      versionListeners.forEach(Runnable::run);
    }
  }

  void versionChanged() {
    versionListeners.forEach(Runnable::run);
  }

  /** Where an inode is to show, for people. */
  String path(FileId source) {
    lock.lock();
    try {
      List<Entry> want = replica.plan(source).want();
      return want.isEmpty() ? "a file without a name" : path(want.getFirst());
    } catch (IndexFailure | ReplicaException e) {
      return "file " + source;
    } finally {
      lock.unlock();
    }
  }

  /** The same of an entry; under the lock. */
  String path(Entry entry) {
    return replica.path(entry).stream().map(EntryName::toString).collect(Collectors.joining("/"));
  }

  /** Says what people should hear of; nobody hears it twice. */
  void warn(String words) {
    LOG.debug("zone {}: {}", name, words);
    warnings.add(words);
    if (warnings.size() > MOST_WARNINGS) {
      warnings.poll();
    }
  }

  List<String> takeWarnings() {
    List<String> taken = new ArrayList<>();
    for (String one = warnings.poll(); one != null; one = warnings.poll()) {
      taken.add(one);
    }
    return taken;
  }

  void makeRoomBy(BooleanSupplier maker) {
    roomMaker = maker;
  }

  /** Whether something failed since the disk is full, and there will be room within seconds. */
  boolean noteFull(Exception e) {
    return e instanceof PosixException posix && posix.isFull() && roomMaker.getAsBoolean();
  }

  void settleBy(Bell settler) {
    bell = settler;
  }

  /** Has inodes settled for which contents have come. */
  void contentReady(Collection<FileId> ids) {
    bell.contentReady(ids);
  }

  void wakeSettler() {
    bell.wake();
  }

  void wakeForSyncs() {
    bell.syncAsked();
  }

  boolean isSettlerIdle() {
    return bell.isIdle();
  }

  /** One piece of work on index and disk. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws ZoneException, IOException;
  }

  /** Runs work, putting failures of index and disk into the words of the file system. */
  <T> T inWords(Work<T> work) throws ZoneException {
    try {
      return work.run();
    } catch (IOException e) {
      if (noteFull(e)) {
        throw new ZoneException(ZoneError.DELAY, "room is being made by deleting a snapshot");
      }
      if (e.getCause() instanceof IndexFailure index && index.isFull()) {
        throw noRoom();
      }
      throw Failures.of(e);
    } catch (ReplicaException e) {
      throw Failures.of(e);
    } catch (IndexFailure e) {
      throw inWords(e);
    }
  }

  /** Who asks a zone that ends may ask again, and is answered by what comes after it. */
  private ZoneException inWords(IndexFailure e) {
    if (e.isFull()) {
      return noRoom();
    }
    if (e.isClosed()) {
      return new ZoneException(ZoneError.DELAY, "the zone is being closed");
    }
    noteBroken(e);
    throw e;
  }

  /** Runs work under the zone's lock. */
  <T> T locked(Work<T> work) throws ZoneException {
    lock.lock();
    try {
      return inWords(work);
    } finally {
      lock.unlock();
    }
  }

  static boolean isRegular(Shown shown) {
    return shown.type() == FileType.REGULAR;
  }
}
