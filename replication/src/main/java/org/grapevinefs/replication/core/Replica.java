// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One node's replica of a zone: registers, what it knows, and the index of the names on its disk.
 *
 * <p>Registers are the truth; the entries ({@link #lookup}, {@link #children}) are what is on disk;
 * "unsettled" is the work between them. A local change alters both in one batch, after the disk was
 * changed (an {@linkplain #putIntent intent} covers the gap). A pull alters only registers; then
 * {@link #nextUnsettled}, {@link #plan} and {@link #settled} bring the disk after them.
 *
 * <p>Used by one thread at a time: the zone's lock. Batches are not synced; {@link #sync} brings
 * them to disk, and {@link #answer} does so before it tells anyone. Refusals are {@link
 * ReplicaException}s, and change nothing. Shown ids are those of inodes, or of siblings: contents
 * written apart, which show under computed names and ids.
 */
public final class Replica implements AutoCloseable {

  private final Context context;
  private final LocalChanges local;
  private final Settling settling;
  private final Purge purge;
  private final Installing installing;
  private final Ancestors ancestors;
  private final View view;
  private final List<String> alarms = new ArrayList<>();
  private Knowledge announced;
  private Knowledge atOpen;

  private Replica(Context context) {
    this.context = context;
    this.local = new LocalChanges(context);
    this.settling = new Settling(context);
    this.purge = new Purge(context);
    this.installing = new Installing(context);
    this.ancestors = new Ancestors(context);
    this.view = new View(context);
    this.announced = context.state.knowledge;
    this.atOpen = context.state.knowledge;
  }

  /**
   * Opens the replica in a store, empty or not.
   *
   * @param self this node's name, for conflict names
   * @param trusted whether the store is surely this replica's own and newest: false makes it take a
   *     new origin, as does anything but a clean stop
   */
  public static Replica open(
      ReplicaStore store,
      String self,
      InstantSource time,
      RandomGenerator random,
      Limits limits,
      boolean trusted) {
    StateRows.Loaded loaded = StateRows.load(new Reads(store.reader(), () -> true));
    State state = loaded == null ? new State(new Origin(0)) : loaded.state();
    Context context = new Context(store, self, time, random, limits, state);
    boolean goOn = trusted && loaded != null && loaded.clean();
    Transaction tx = context.begin();
    if (!goOn) {
      Reorigin.markUnsure(tx);
      context.takeOrigin(tx.state);
    }
    Installing.dropStrays(store, state.installing);
    context.commit(tx, true);
    Replica replica = new Replica(context);
    if (loaded != null && !trusted) {
      replica.alarms.add(
          "the index is not as this node left it: it was put back from an older copy, or is another"
              + " node's; a new origin was taken, and what others know is asked for");
    }
    for (FileId id : context.reads.ids(Table.DIRTY, Integer.MAX_VALUE)) {
      Inode inode = context.reads.inode(id);
      if (id.equals(FileId.ROOT) || (inode != null && inode.isDirectory())) {
        context.dirtyDirectories.put(id, context.now());
      }
    }
    return replica;
  }

  /** Stops cleanly: the origin goes on at the next start. */
  @Override
  public void close() {
    context.state.clock = context.clock.last();
    context.store.commit(StateRows.stopped(context.state, true), true);
    context.store.close();
  }

  /** Brings all changes to disk; from now on they may be told. */
  public void sync() {
    context.store.sync();
    announced = context.state.knowledge;
  }

  /**
   * Notes that the bytes of all contents written here are on disk as far as {@code upTo} knows
   * them, so that after a crash only later ones are looked at. On disk with the next {@link #sync}.
   */
  public void bytesOnDisk(Knowledge upTo) {
    long known = upTo.get(context.state.origin);
    if (known > context.state.bytesOnDisk) {
      Transaction tx = context.begin();
      tx.state.bytesOnDisk = known;
      context.commit(tx, false);
    }
  }

  /** Whether there are changes that {@link #sync} did not bring to disk yet. */
  public boolean hasUnsynced() {
    return !announced.equals(context.state.knowledge);
  }

  // --- local changes

  /** A fresh id for {@link #create}. */
  public FileId newId() {
    return FileId.random(context.random);
  }

  /** Notes a disk operation under way; returns its number. Goes with the change that ends it. */
  public long putIntent(byte[] what) {
    // Alone: the count goes to the store with the next change, or comes from this row at the start.
    long number = ++context.state.intents;
    context.store.commit(new Batch().put(Table.INTENT, Keys.number(number), what), false);
    return number;
  }

  /** The disk operations that were under way. */
  public Map<Long, byte[]> intents() {
    Map<Long, byte[]> intents = new TreeMap<>();
    try (ReplicaStore.Cursor cursor = context.reads.all(Table.INTENT)) {
      while (cursor.next()) {
        intents.put(Keys.number(cursor.key(), 0), cursor.value());
      }
    }
    return intents;
  }

  /** Forgets a disk operation that did not happen. */
  public void dropIntent(long number) {
    context.store.commit(new Batch().delete(Table.INTENT, Keys.number(number)), false);
  }

  /**
   * Makes a file, directory, link or device node.
   *
   * @param id from {@link #newId}
   * @param intent the intent that this ends; 0 for none, here and below
   */
  public Change create(
      FileId id,
      FileId directory,
      EntryName name,
      NewContent content,
      AttrsChange attrs,
      long intent) {
    return local.create(id, directory, name, content, attrs, intent);
  }

  /** Gives a file one more name. */
  public Change link(FileId file, FileId directory, EntryName name, long intent) {
    return local.link(file, directory, name, intent);
  }

  /** Removes a name that is not a directory's. Of a sibling: drops that version. */
  public Change unlink(FileId directory, EntryName name, long intent) {
    return local.remove(directory, name, false, intent);
  }

  /** Removes an empty directory. */
  public Change rmdir(FileId directory, EntryName name, long intent) {
    return local.remove(directory, name, true, intent);
  }

  /** Moves a name, over another of the same kind if there is one. */
  public Change rename(
      FileId fromDirectory, EntryName from, FileId toDirectory, EntryName to, long intent) {
    return rename(fromDirectory, from, toDirectory, to, Trace.NONE, intent);
  }

  /** Moves a name; may note that a file is made from the one it replaces, as programs save. */
  public Change rename(
      FileId fromDirectory,
      EntryName from,
      FileId toDirectory,
      EntryName to,
      Trace trace,
      long intent) {
    ancestors.makeRoom(trace.before());
    return local.rename(fromDirectory, from, toDirectory, to, trace, intent);
  }

  /** Sets attributes. A sibling becomes a file of its own, here and below, keeping its shown id. */
  public Change setAttrs(FileId file, AttrsChange change, long intent) {
    return local.setAttrs(file, change, intent);
  }

  /**
   * Publishes what was written to a regular file as its new content.
   *
   * @param size the size now
   * @param modified when it was last written
   * @param holes stretches punched since the last version and not written after
   * @param written stretches written since the last version
   * @param hash SHA-256 of all if the size is at most {@link Content#HASHED_SIZE}, else null
   * @param clean whether no write came since, so that the file is no longer dirty
   */
  public Change version(
      FileId file,
      long size,
      Timestamp modified,
      List<ByteRange> holes,
      List<ByteRange> written,
      @Nullable Bytes hash,
      boolean clean,
      long intent) {
    return version(file, size, modified, holes, written, hash, clean, Trace.NONE, intent);
  }

  /** The same, noting what it was made from, for files that are merged. */
  public Change version(
      FileId file,
      long size,
      Timestamp modified,
      List<ByteRange> holes,
      List<ByteRange> written,
      @Nullable Bytes hash,
      boolean clean,
      Trace trace,
      long intent) {
    ancestors.makeRoom(trace.before());
    return local.version(file, size, modified, holes, written, hash, clean, trace, intent);
  }

  /**
   * Puts one content, whose bytes are ready to show, in the place of two that were written apart.
   *
   * @throws ReplicaException (NO_FILE) if the two are no longer what shows
   */
  public Change merge(MergedContent merged) {
    ancestors.makeRoom(merged.oneBytes(), merged.otherBytes());
    return local.merge(merged);
  }

  /** The bytes that a change wrote, if they were superseded here and are still kept. */
  public @Nullable Bytes ancestor(Dot dot) {
    return ancestors.find(dot);
  }

  /** Publishes a directory's modification time. */
  public Change setDirectoryTime(FileId directory, Timestamp modified) {
    return local.setDirectoryTime(directory, modified, 0);
  }

  /** Publishes the times of directories that changed, at most so many. */
  public int versionDirectories(int most) {
    List<Map.Entry<FileId, Timestamp>> due =
        context.dirtyDirectories.entrySet().stream().limit(most).toList();
    for (Map.Entry<FileId, Timestamp> one : List.copyOf(due)) {
      local.setDirectoryTime(one.getKey(), one.getValue(), 0);
    }
    return due.size();
  }

  /** Makes a sibling a file of its own, under the name it shows now. */
  public Change adoptSibling(FileId shown, long intent) {
    return local.adoptSibling(shown, intent);
  }

  /** Notes that a file has writes without a version, so that a crash cannot hide them. */
  public void markDirty(FileId file, boolean dirty) {
    if (context.reads.has(Table.DIRTY, file) != dirty) {
      byte[] key = file.toBytes();
      Batch batch = new Batch();
      context.store.commit(
          dirty ? batch.put(Table.DIRTY, key, Transaction.NOTHING) : batch.delete(Table.DIRTY, key),
          false);
    }
  }

  /** Files that have writes without a version, and directories whose time is not published. */
  public List<FileId> dirty(int most) {
    return context.reads.ids(Table.DIRTY, most);
  }

  /** A change attribute never given before, for writes that are not versioned yet. */
  public long nextTick() {
    return context.nextTick(context.state);
  }

  // --- reading

  /** The entry of a name on disk; null if there is none. */
  public @Nullable Entry lookup(FileId directory, EntryName name) {
    return context.reads.lookup(canonical(directory), name);
  }

  /** The entries on disk after a cookie (0: from the start), in cookie order. */
  public List<Entry> children(FileId directory, long afterCookie, int most) {
    return context.reads.children(canonical(directory), afterCookie, most);
  }

  /** The entries on disk under a shown id. */
  public List<Entry> placed(FileId shown) {
    return context.reads.placed(shown);
  }

  /** The directory that a directory shows as: another one if it was merged. */
  public FileId canonical(FileId directory) {
    return context.state.aliases.getOrDefault(directory, directory);
  }

  /** What a shown id looks like; null if nothing is known of it. */
  public @Nullable Shown shown(FileId shown) {
    return view.shown(shown);
  }

  /** The registers of an inode; null if it is not known. */
  public @Nullable Inode inode(FileId id) {
    return view.inode(id);
  }

  /** The content whose bytes are on disk under a shown id; null if none. */
  public Content.@Nullable Regular held(FileId shown) {
    return context.reads.held(shown);
  }

  /** The shown ids after one whose bytes are on disk, in order; from the first after null. */
  public List<FileId> heldAfter(@Nullable FileId after, int most) {
    return after == null
        ? context.reads.ids(Table.HELD, most)
        : context.reads.idsAfter(Table.HELD, after, most);
  }

  /** The directory above a directory on disk; null of the root and of one that is not there. */
  public @Nullable FileId parentOf(FileId directory) {
    return new TreeWalk(context.reads).parent(canonical(directory));
  }

  /** Whether a directory is another one or below it, on disk. */
  public boolean isBelow(FileId directory, FileId ancestor) {
    return new TreeWalk(context.reads).isBelow(canonical(directory), canonical(ancestor));
  }

  /** The names from the root to an entry. */
  public List<EntryName> path(Entry entry) {
    return new TreeWalk(context.reads).path(entry);
  }

  /** The change attribute of a shown id; 1 if it never changed here. */
  public long tick(FileId shown) {
    return view.tick(canonical(shown));
  }

  /** The entries under computed names. */
  public List<ConflictCopy> conflicts(int most) {
    return view.conflicts(most);
  }

  /** How much there is. */
  public Counts counts() {
    State state = context.state;
    return new Counts(state.files, state.bytes, state.conflicts, state.pending, state.unsettled);
  }

  /** All that this replica knows, also what is not on disk yet. */
  public Knowledge knowledge() {
    return context.state.knowledge;
  }

  /** What may be told: all that was known at the last {@link #sync}. */
  public Knowledge announced() {
    return announced;
  }

  /** The highest numbers of purged tombstones. */
  public Knowledge horizon() {
    return context.state.horizon;
  }

  /** The node of each origin. */
  public Map<Origin, String> originNames() {
    return context.state.names;
  }

  /** Under which origin changes are made now. */
  public Origin origin() {
    return context.state.origin;
  }

  /** 64 bits of all registers that show: equal knowledge must mean equal digests. */
  public long stateDigest() {
    // Of what is known, not of the registers that go beyond it.
    Installation installing = context.state.installing;
    return installing == null ? context.state.digest : installing.digest();
  }

  /** The zone's version number for people. */
  public long versionSum() {
    return context.state.knowledge.sum();
  }

  /** All registers, for checks and tests: slow. */
  public List<Inode> inodes() {
    return view.inodes();
  }

  /** Reads that later changes do not disturb, from any thread. Closed by its user. */
  public ReplicaStore.Snapshot snapshot() {
    return context.store.snapshot();
  }

  // --- pull

  /**
   * What to answer one that knows {@code theirs}; syncs first.
   *
   * @param full whether all is wanted: when knowledge is equal and state digests are not
   * @throws ReplicaException (BUSY) while a large pull is being merged
   */
  public Answer answer(Knowledge theirs, boolean full) {
    checkNotInstalling();
    checkOrigin(theirs);
    sync();
    State state = context.state;
    return new Answer(
        context.store.snapshot(),
        state,
        theirs,
        full || !theirs.includes(state.horizon),
        context.random.nextLong(),
        context.limits.newsInMemory());
  }

  /**
   * Begins a pull whose header came; {@link PullSession#commit} under the zone's lock.
   *
   * @throws ReplicaException (BAD_ANSWER) if the header shows that this replica's index is old: it
   *     took a new origin and knows less now, so ask again; (BUSY) while a large pull is being
   *     merged
   */
  public PullSession begin(PullHeader header) {
    return begin(header, context.state.knowledge, false);
  }

  /**
   * As {@link #begin(PullHeader)}, also safe when another pull made this replica take a new origin
   * after the question was sent.
   *
   * @param asked the knowledge that was sent with the question
   */
  public PullSession begin(PullHeader header, Knowledge asked) {
    // Who knows all that was purged gets all only if he asked for it.
    boolean repair =
        header.mode() == PullHeader.Mode.FULL
            && asked.includes(header.horizon())
            && asked.equals(header.knowledge());
    return begin(header, asked, repair);
  }

  private PullSession begin(PullHeader header, Knowledge asked, boolean repair) {
    checkNotInstalling();
    checkOrigin(header.knowledge());
    return new PullSession(
        context,
        header,
        asked,
        repair,
        context.random.nextLong(),
        () -> checkOrigin(header.knowledge()));
  }

  private void checkNotInstalling() {
    if (isInstalling()) {
      throw Installing.busy();
    }
  }

  /** Whether a large pull is being merged; {@link #install} goes on with it. */
  public boolean isInstalling() {
    return context.state.installing != null;
  }

  /** How far the merging of a large pull is; null if none is under way. */
  public @Nullable Progress installed() {
    Installation at = context.state.installing;
    return at == null ? null : new Progress(at.next(), at.header().count());
  }

  /** Merges the next piece of a large pull; whether there is more is in the result. */
  public PullResult install() {
    return installing.step();
  }

  /** One who knows more of this origin than this replica does ends the use of it at once. */
  private void checkOrigin(Knowledge theirs) {
    Origin own = context.state.origin;
    long known = theirs.get(own);
    if (known > context.state.knowledge.get(own)) {
      alarms.add(
          ("a peer knows %d changes of this replica's origin %s, which itself knows %d: the index"
                  + " is old or a copy; a new origin was taken")
              .formatted(known, own, context.state.knowledge.get(own)));
      new Reorigin(context).run(atOpen.get(own));
      atOpen = context.state.knowledge;
      announced = context.state.knowledge;
    }
  }

  /** What an administrator should hear of, once. */
  public List<String> takeAlarms() {
    List<String> taken = List.copyOf(alarms);
    alarms.clear();
    return taken;
  }

  // --- settling

  /** Inodes whose names on disk are to be looked at, after one (null: from the start). */
  public List<FileId> nextUnsettled(@Nullable FileId after, int most) {
    return context.reads.idsAfter(Table.UNSETTLED, after == null ? FileId.ROOT : after, most);
  }

  /** Whether an inode's names, or its attributes on disk, are to be looked at. */
  public boolean isUnsettled(FileId id) {
    return context.reads.has(Table.UNSETTLED, id);
  }

  /** What should be on disk for an inode, and what is. */
  public SettlePlan plan(FileId id) {
    return settling.plan(id);
  }

  /**
   * Notes what is on disk for an inode now: after its plan was carried out, or a part of it.
   *
   * @param onDisk all its entries, with the contents they show; cookies are found here
   * @param held contents that changed, by shown id; of an id without an entry the content is
   *     forgotten unless it is given here
   */
  public Change settled(FileId id, Collection<Entry> onDisk, Map<FileId, Content.Regular> held) {
    return settling.settled(id, onDisk, held);
  }

  /** Begins to settle files that are noted in one batch. */
  public SettleBatch settleMany() {
    return new SettleBatch(context, settling);
  }

  /** Notes which content's bytes are on disk under a shown id; null if they turned out bad. */
  public void held(FileId shown, Content.@Nullable Regular content) {
    settling.held(shown, content);
  }

  /** Contents to fetch, of so many inodes after one (null: from the start), small ones first. */
  public List<PendingContent> pendingContents(@Nullable FileId after, int most) {
    return settling.pending(after == null ? FileId.ROOT : after, most);
  }

  /** Notes what a member said it knows. */
  public void peerKnows(String member, Knowledge knowledge) {
    purge.peerKnows(member, knowledge);
  }

  /** What a member last said it knows; null if it never did. */
  public @Nullable Knowledge peer(String member) {
    return purge.peer(member);
  }

  /**
   * Purges tombstones that all know, or that are old; returns how many went.
   *
   * @param otherMembers every member of the zone but this one
   * @param olderThan an instant before which a tombstone may go in any case
   */
  public int purge(Collection<String> otherMembers, java.time.Instant olderThan) {
    ancestors.purge(otherMembers, purge::peer, HybridClock.of(olderThan));
    return purge.run(otherMembers, HybridClock.of(olderThan));
  }
}
