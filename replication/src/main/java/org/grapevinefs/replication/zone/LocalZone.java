// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.ConflictCopy;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.NewContent;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.PullHeader;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ChangeListener;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.volume.Reserve;
import org.grapevinefs.replication.volume.ZoneTree;
import org.jspecify.annotations.Nullable;

/**
 * A zone that this node holds, as a file system and as a replica. Safe for any thread.
 *
 * <p>Four parts do the work: {@link Names} makes, moves and removes names; {@link FileBytes} reads
 * and writes; {@link Settler} makes the disk follow what replication brought; {@link Transfers}
 * serves and takes in contents. The index ({@link org.grapevinefs.replication.core.Replica}) is the
 * truth about everything but the bytes.
 */
public final class LocalZone implements ZoneFileSystem, ZoneReplica, Closeable {

  private static final int FEW = 256;
  private static final long FEW_EVERY_NANOS = 1_000_000_000;
  private static final Duration TOMBSTONES_KEPT = Duration.ofDays(400);

  final ZoneState zone;
  private final Versions versions;
  private final Names names;
  private final FileBytes bytes;
  private final AttributeSetter attributes;
  private final SingleSyncs syncs;
  private final Shelving shelving;
  private final Staging staging;
  private final Transfers transfers;
  private final Serving serving;
  private final Filling filling;
  private final Installs installs;
  private final BeforeRemoving removing;
  private final SnapshotKeeping keeping;
  private final Pulls pulls;
  private final Scanner scanner;
  private final Inspection inspection;
  private final Merger merger;
  private final ZoneThread thread;
  private long lastFew;

  /**
   * Starts a zone.
   *
   * @param verifier of writes: another at each start
   * @param handsSince since when attributes on disk that are not the index's were set by hand; null
   *     if they always were
   */
  LocalZone(ZoneState zone, long verifier, @Nullable Timestamp handsSince) throws IOException {
    this.zone = zone;
    this.lastFew = zone.nanoTime.getAsLong();
    this.versions = new Versions(zone);
    this.staging = new Staging(zone.tree);
    Intents intents = new Intents(zone, staging);
    this.names = new Names(zone, versions, intents);
    this.bytes = new FileBytes(zone, versions, verifier);
    this.attributes = new AttributeSetter(zone, versions, bytes);
    this.syncs =
        new SingleSyncs(
            zone::isSettlerIdle,
            zone::wakeForSyncs,
            zone.tree::sync,
            e -> zone.fail("contents could not be brought to disk", e));
    this.shelving = new Shelving(zone, staging, syncs, zone::contentReady);
    this.transfers = new Transfers(zone, versions, staging, shelving, syncs);
    Settler settler = new Settler(zone, versions, transfers, staging);
    this.serving = new Serving(zone, staging);
    this.filling = new Filling(zone.nanoTime);
    this.installs = new Installs(zone, filling);
    long files = zone.replica.counts().files();
    this.removing = new BeforeRemoving(zone.snapshots, zone.time, files, zone::warn);
    this.keeping = new SnapshotKeeping(zone.name, zone.snapshots, zone.time, zone::warn);
    RootAttributes root = new RootAttributes(zone);
    this.pulls =
        new Pulls(zone, versions, transfers, serving, settler, installs, filling, removing, root);
    this.scanner = new Scanner(zone, versions, new AttributesOnDisk(zone, handsSince));
    this.inspection = new Inspection(zone, staging);
    this.merger = new Merger(zone, staging);
    this.thread = new ZoneThread(zone, versions, settler, merger, installs, syncs);
    new Recovery(zone, intents, staging).run();
    root.bringToDisk();
    filling.begin(Filling.Step.SHOWING, zone.replica.counts().unsettled());
    zone.settleBy(thread);
    zone.makeRoomBy(keeping::makeRoom);
    shelving.start();
    keeping.start();
    thread.start();
  }

  @Override
  public Attributes getattr(Caller caller, FileId file) throws ZoneException {
    return zone.attributes(file);
  }

  @Override
  public Attributes lookup(Caller caller, FileId directory, EntryName name) throws ZoneException {
    return zone.inWords(() -> names.lookup(caller, directory, name));
  }

  @Override
  public Attributes parent(Caller caller, FileId directory) throws ZoneException {
    return zone.inWords(() -> names.parent(caller, directory));
  }

  @Override
  public Attributes setattr(Caller caller, FileId file, SetAttributes set) throws ZoneException {
    return attributes.set(caller, file, set);
  }

  @Override
  public int access(Caller caller, FileId file, int wanted) throws ZoneException {
    return Permissions.access(caller, zone.shown(file), wanted);
  }

  @Override
  public Created create(
      Caller caller, FileId directory, EntryName name, CreateMode mode, SetAttributes set)
      throws ZoneException {
    Created created = names.create(caller, directory, name, mode, set);
    Long size = set.size();
    // A file that was there may be emptied, and keeps all else (RFC 8881, section 18.16.3).
    boolean emptied = mode instanceof CreateMode.Unchecked && size != null && size == 0;
    if (size == null || (created.fresh() ? size == 0 : !emptied)) {
      return created;
    }
    Caller cutter = created.fresh() ? caller.throughOpen() : caller;
    Attributes now = attributes.set(cutter, created.attributes().id(), SetAttributes.size(size));
    return new Created(now, created.directory(), created.fresh());
  }

  @Override
  public Created mkdir(Caller caller, FileId directory, EntryName name, SetAttributes set)
      throws ZoneException {
    return names.makeNew(caller, directory, name, new NewContent.Directory(), set);
  }

  @Override
  public Created symlink(
      Caller caller, FileId directory, EntryName name, byte[] target, SetAttributes set)
      throws ZoneException {
    return names.makeNew(caller, directory, name, new NewContent.Symlink(Bytes.of(target)), set);
  }

  @Override
  public Created mknod(
      Caller caller,
      FileId directory,
      EntryName name,
      FileType type,
      Device device,
      SetAttributes set)
      throws ZoneException {
    NewContent content =
        switch (type) {
          case BLOCK_DEVICE, CHARACTER_DEVICE -> {
            if (!caller.isRoot()) {
              throw new ZoneException(ZoneError.PERM);
            }
            yield new NewContent.Device(type, device.major(), device.minor());
          }
          case FIFO, SOCKET -> new NewContent.Special(type);
          case REGULAR, DIRECTORY, SYMLINK -> throw new ZoneException(ZoneError.WRONG_TYPE);
        };
    return names.makeNew(caller, directory, name, content, set);
  }

  @Override
  public DirectoryChange link(Caller caller, FileId file, FileId directory, EntryName name)
      throws ZoneException {
    return names.link(caller, file, directory, name);
  }

  @Override
  public Renamed rename(Caller caller, FileId from, EntryName oldName, FileId to, EntryName newName)
      throws ZoneException {
    return names.rename(caller, from, oldName, to, newName);
  }

  @Override
  public DirectoryChange remove(Caller caller, FileId directory, EntryName name)
      throws ZoneException {
    return names.remove(caller, directory, name);
  }

  @Override
  public DirectoryPage readdir(Caller caller, FileId directory, long cookie, int most)
      throws ZoneException {
    return zone.inWords(() -> names.readdir(caller, directory, cookie, most));
  }

  @Override
  public byte[] readlink(Caller caller, FileId link) throws ZoneException {
    return names.readlink(link);
  }

  @Override
  public void opened(FileId file, OpenMode mode) throws ZoneException {
    try (OpenStates.Held held = zone.files.shared(file)) {
      zone.shown(file);
      held.state().opened(mode);
    }
  }

  @Override
  public void closed(FileId file, OpenMode mode) {
    OpenState state = zone.files.find(file);
    if (state == null) {
      return;
    }
    boolean last = state.closed(mode);
    if (last) {
      versions.makeNow(file);
    }
    if (state.gone != null && !state.isOpen()) {
      versions.drop(state);
    }
  }

  @Override
  public ReadResult read(Caller caller, FileId file, long offset, int length) throws ZoneException {
    return bytes.read(caller, file, offset, length, null);
  }

  @Override
  public ReadResult read(Caller caller, FileId file, long offset, ByteBuffer into)
      throws ZoneException {
    return bytes.read(caller, file, offset, into.remaining(), into);
  }

  @Override
  public WriteResult write(
      Caller caller, FileId file, long offset, ByteBuffer data, Stability stability)
      throws ZoneException {
    return bytes.write(caller, file, offset, data, stability);
  }

  @Override
  public long commit(Caller caller, FileId file, long offset, long length) throws ZoneException {
    return bytes.commit(caller, file, offset, length);
  }

  @Override
  public void allocate(Caller caller, FileId file, long offset, long length) throws ZoneException {
    bytes.allocate(caller, file, offset, length);
  }

  @Override
  public void deallocate(Caller caller, FileId file, long offset, long length)
      throws ZoneException {
    bytes.deallocate(caller, file, offset, length);
  }

  @Override
  public long seek(Caller caller, FileId file, long offset, SeekKind kind) throws ZoneException {
    return bytes.seek(caller, file, offset, kind);
  }

  @Override
  public long copy(
      Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException {
    return bytes.copy(caller, from, fromOffset, to, toOffset, length, false);
  }

  @Override
  public void cloneRange(
      Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException {
    bytes.copy(caller, from, fromOffset, to, toOffset, length, true);
  }

  @Override
  public byte[] getXattr(Caller caller, FileId file, String name) throws ZoneException {
    return attributes.xattr(caller, file, name);
  }

  @Override
  public DirectoryChange setXattr(
      Caller caller, FileId file, String name, byte[] value, XattrMode mode) throws ZoneException {
    return attributes.setXattr(caller, file, name, value, mode);
  }

  @Override
  public List<String> listXattrs(Caller caller, FileId file) throws ZoneException {
    return attributes.xattrs(caller, file);
  }

  @Override
  public DirectoryChange removeXattr(Caller caller, FileId file, String name) throws ZoneException {
    return attributes.removeXattr(caller, file, name);
  }

  @Override
  public FileAcls getAcls(Caller caller, FileId file) throws ZoneException {
    return attributes.acls(file);
  }

  @Override
  public Attributes setAcls(Caller caller, FileId file, SetAcls acls) throws ZoneException {
    return attributes.setAcls(caller, file, acls);
  }

  @Override
  public SpaceUsage statfs(Caller caller) throws ZoneException {
    return zone.space();
  }

  @Override
  public AutoCloseable listen(ChangeListener listener) {
    return zone.listen(listener);
  }

  @Override
  public ZoneStatus status() {
    // Of one moment: a peer that knows the same and tells another state is an alarm.
    zone.lock.lock();
    try {
      return new ZoneStatus(
          zone.replica.knowledge(),
          zone.replica.stateDigest(),
          zone.replica.counts(),
          zone.settings.quota(),
          filling.words(zone.replica.counts()),
          removing.problem(),
          zone.fault());
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public Knowledge knowledge() throws IOException {
    Knowledge known;
    zone.lock.lock();
    try {
      known = zone.replica.knowledge();
    } finally {
      zone.lock.unlock();
    }
    versions.beforeTelling();
    return known;
  }

  @Override
  public Answer answer(Knowledge asker, boolean full, long inlineBytes) throws IOException {
    return pulls.answer(asker, full, inlineBytes);
  }

  @Override
  public Pull begin(PullHeader header, Knowledge asked) {
    return pulls.begin(header, asked);
  }

  @Override
  public List<PendingContent> pending(int most) {
    return staging.isFull() ? fewPending(most) : transfers.pending(most);
  }

  @Override
  public void soughtInVain(FileId source, int contents) {
    String more = contents == 1 ? "" : " and " + (contents - 1) + " more";
    zone.warn(
        "no member in reach has the bytes of %s%s: they come once one that has them is back"
            .formatted(zone.path(source), more));
  }

  /** A few now and then, since what is on the shelf may wait for others to make way. */
  private synchronized List<PendingContent> fewPending(int most) {
    long now = zone.nanoTime.getAsLong();
    if (now - lastFew < FEW_EVERY_NANOS) {
      return List.of();
    }
    lastFew = now;
    return transfers.pending(Math.min(most, FEW));
  }

  @Override
  public boolean read(FileId source, Stretch stretch, ByteBuffer into) throws IOException {
    return serving.read(source, stretch, into);
  }

  @Override
  public @Nullable ContentSink stage(PendingContent content) throws IOException {
    try {
      return transfers.sink(content);
    } catch (IOException e) {
      transfers.noteFull(e);
      throw e;
    }
  }

  @Override
  public void memberKnows(String member, Knowledge knowledge) {
    zone.lock.lock();
    try {
      zone.replica.peerKnows(member, knowledge);
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public long purge(Collection<String> members) throws IOException {
    zone.lock.lock();
    try {
      Instant old = zone.time.instant().minus(TOMBSTONES_KEPT);
      return zone.replica.purge(members, old);
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public List<ConflictCopy> conflicts(int most) {
    zone.lock.lock();
    try {
      return zone.replica.conflicts(most);
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public ScanReport scan(Authority authority) throws IOException {
    return scanner.scan(authority);
  }

  @Override
  public boolean folderLacksNames() throws IOException {
    return scanner.rootLacksNames();
  }

  @Override
  public HeldContents heldContents() {
    return inspection;
  }

  @Override
  public List<String> takeAlarms() {
    zone.lock.lock();
    try {
      return zone.replica.takeAlarms();
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public List<String> takeWarnings() {
    return zone.takeWarnings();
  }

  @Override
  public List<String> takeNews() {
    return merger.takeNews();
  }

  @Override
  public AutoCloseable onVersion(Runnable listener) {
    return zone.onVersion(listener);
  }

  @Override
  public boolean settle(Duration most) throws InterruptedException {
    long begun = zone.nanoTime.getAsLong();
    shelving.await(most);
    return thread.settle(most.minusNanos(zone.nanoTime.getAsLong() - begun));
  }

  /** Changes quota and waits. */
  public void reconfigure(ZoneSettings settings) {
    zone.settings = settings;
  }

  /** Lets go of everything as a crash would. */
  void abandon() throws IOException {
    try {
      stop();
    } finally {
      letGo();
    }
  }

  private void stop() throws IOException {
    installs.stop();
    scanner.stop();
    keeping.close();
    thread.close();
    syncs.close();
    shelving.close();
    transfers.close();
  }

  /** Whatever fails: an index that stays open keeps the zone from being opened again. */
  private void letGo() throws IOException {
    zone.lock.lock();
    try (ZoneTree _ = zone.tree;
        ReplicaStore _ = zone.store) {
      versions.close();
      zone.files.close();
      zone.directories.close();
    } finally {
      zone.lock.unlock();
    }
  }

  /**
   * Makes a version of everything written, brings all to disk and stops; the next start trusts the
   * index. After a failure of the disk it is let go as it is, and the next start looks at it as
   * after a crash.
   */
  @Override
  public void close() throws IOException {
    // Whatever fails: while its room is given away the other zones of the volume take nothing on.
    try (Reserve _ = zone.reserve) {
      try {
        stop();
        if (zone.fault() == null) {
          end();
        }
      } finally {
        letGo();
      }
    }
  }

  private void end() throws IOException {
    versions.makeAll();
    versions.syncIfChanged();
    versions.close();
    zone.files.close();
    zone.lock.lock();
    try {
      zone.directories.close();
      ZoneHome.stopped(zone.store);
      zone.replica.close();
    } finally {
      zone.lock.unlock();
    }
  }
}
