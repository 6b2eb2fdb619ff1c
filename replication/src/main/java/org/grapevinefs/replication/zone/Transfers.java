// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contents on their way in: built aside until they are whole, checked and on disk. {@link Serving}
 * is the other direction.
 */
final class Transfers {

  private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);
  private static final int MAX_STAGED = 64;
  private static final int PAGE = 256;
  private static final int MOST_PAGES = 256;

  /** From this size on a content's sync is long, and others must not wait for it. */
  private static final long SYNCED_APART = 4L << 20;

  private final ZoneState zone;
  private final Versions versions;
  private final Staging staging;
  private final Shelving shelving;
  private final SingleSyncs syncs;
  private final Map<Staging.Key, StagedContent> building = new ConcurrentHashMap<>();
  private final Set<Dot> coming = ConcurrentHashMap.newKeySet();

  /** Contents that are being brought to disk by themselves. */
  private final Set<Staging.Key> syncing = ConcurrentHashMap.newKeySet();

  /** The last such content of a file, on which a newer one can build. */
  private final Map<FileId, StagedContent> finishing = new ConcurrentHashMap<>();

  private @Nullable FileId pendingAfter;

  Transfers(
      ZoneState zone, Versions versions, Staging staging, Shelving shelving, SingleSyncs syncs) {
    this.zone = zone;
    this.versions = versions;
    this.staging = staging;
    this.shelving = shelving;
    this.syncs = syncs;
  }

  /**
   * Contents to fetch. Of very many, each call gives the next ones, so that those that are here and
   * only wait to be shown are not walked over again and again.
   */
  synchronized List<PendingContent> pending(int most) {
    if (zone.reserve.isGiven()) {
      return List.of();
    }
    FileId from = pendingAfter;
    List<PendingContent> found = new ArrayList<>();
    pendingAfter = pending(from, most, found);
    if (found.isEmpty() && from != null) {
      pendingAfter = pending(null, most, found);
    }
    found.sort(Comparator.comparingLong(PendingContent::missingBytes));
    return found;
  }

  /** Looks for contents to fetch after an id; returns where it stopped, null at the end of all. */
  private @Nullable FileId pending(@Nullable FileId from, int most, List<PendingContent> found) {
    FileId after = from;
    for (int page = 0; page < MOST_PAGES && found.size() < most; page++) {
      // Under the lock nothing moves from the shelf into the tree: what is neither is not here.
      zone.lock.lock();
      try {
        List<PendingContent> some = zone.replica.pendingContents(after, PAGE);
        for (PendingContent content : some) {
          after = after == null || content.source().compareTo(after) > 0 ? content.source() : after;
          if (!isHere(key(content)) && !coming.contains(content.wanted().dot())) {
            found.add(content);
          }
        }
        if (some.size() < PAGE) {
          return null;
        }
      } finally {
        zone.lock.unlock();
      }
    }
    return after;
  }

  /** Whether a content is on the shelf or about to be. */
  boolean isHere(Staging.Key key) {
    // In this order: it leaves the one only after it came to the other.
    return syncing.contains(key) || shelving.has(key) || staging.has(key);
  }

  /** Contents whose bytes ride along in a pull: not to be fetched apart meanwhile. */
  void expect(Collection<Dot> contents) {
    coming.addAll(contents);
  }

  void expectNoMore(Collection<Dot> contents) {
    coming.removeAll(contents);
  }

  /** Has room made if that is why something failed; whatever it was is tried again later. */
  void noteFull(IOException e) {
    var _ = zone.noteFull(e);
  }

  static Staging.Key key(PendingContent content) {
    return new Staging.Key(content.shown(), content.wanted().dot());
  }

  /** Begins to take in a content, or goes on; null if that cannot be now. */
  @Nullable ContentSink sink(PendingContent content) throws IOException {
    if (!SmallContent.fits(content)) {
      return stage(content);
    }
    return isHere(key(content)) ? null : new SmallContent(this, content);
  }

  /** Begins to build a content, or goes on; null if it cannot be built now. */
  @Nullable StagedContent stage(PendingContent content) throws IOException {
    Staging.Key key = key(content);
    StagedContent known = building.get(key);
    if (known != null) {
      if (known.content().equals(content)) {
        return known;
      }
      drop(known);
    }
    if (isHere(key) || isStale(content)) {
      return null;
    }
    StagedContent handed = handedOver(key, content);
    if (handed != null) {
      return handed;
    }
    EntryName name = staging.fresh(key);
    OpenFile file = zone.tree.createInWorkshop(name);
    StagedContent fresh = new StagedContent(this, key, name, content, file);
    boolean copied = false;
    try {
      copied = copyHeld(content, file);
    } finally {
      if (!copied) {
        fresh.end();
        staging.remove(name);
      }
    }
    if (!copied) {
      return null;
    }
    building.put(key, fresh);
    return fresh;
  }

  /** What an older content of the same file left, if it is a part of this one. */
  private @Nullable StagedContent handedOver(Staging.Key key, PendingContent content)
      throws IOException {
    StagedContent last = finishing.remove(key.shown());
    StagedContent onShelf = last == null ? null : fromShelf(last, key, content);
    if (onShelf != null) {
      building.put(key, onShelf);
      return onShelf;
    }
    for (StagedContent older : building.values()) {
      if (older.key().shown().equals(key.shown()) && !older.key().equals(key)) {
        StagedContent next = older.handOver(key, content);
        if (next != null) {
          building.remove(older.key(), older);
          building.put(key, next);
          return next;
        }
      }
    }
    return null;
  }

  /** Takes back from the shelf what was superseded before it could show. */
  private @Nullable StagedContent fromShelf(
      StagedContent last, Staging.Key key, PendingContent content) throws IOException {
    EntryName file;
    zone.lock.lock();
    try {
      boolean wanted =
          zone.replica.plan(content.source()).fetch().stream()
              .anyMatch(one -> key(one).equals(key));
      // One that lives on, as the sibling of another, is passed on to others from there.
      Dot dot = last.key().content();
      Inode inode = zone.replica.inode(content.source());
      boolean gone =
          inode == null || inode.contents().stream().noneMatch(one -> one.dot().equals(dot));
      file = wanted && gone ? staging.take(last.key()) : null;
    } finally {
      zone.lock.unlock();
    }
    if (file == null) {
      return null;
    }
    OpenFile reopened = zone.tree.reopenInWorkshop(file);
    StagedContent next = null;
    try {
      next = last.handOver(key, content, reopened);
    } finally {
      if (next == null) {
        reopened.close();
        staging.remove(file);
      }
    }
    return next;
  }

  /** Whether another content came into the tree since this was found lacking, or is about to. */
  private boolean isStale(PendingContent content) {
    FileId shown = content.shown();
    // Under the lock nothing moves from the shelf into the tree.
    zone.lock.lock();
    try {
      StagedContent last = finishing.get(shown);
      if (last != null && syncing.contains(last.key())) {
        return true;
      }
      Content.Regular held = zone.replica.held(shown);
      if (held == null) {
        return shown.equals(content.base());
      }
      return held.dot().equals(content.wanted().dot())
          || content.base() == null
          || (shown.equals(content.base()) && !held.equals(content.held()));
    } finally {
      zone.lock.unlock();
    }
  }

  /** Copies what is held already; false if that changed meanwhile. */
  private boolean copyHeld(PendingContent content, OpenFile file) throws IOException {
    Content.Regular wanted = content.wanted();
    FileId base = content.base();
    Content.Regular held = content.held();
    if (base == null || held == null) {
      file.truncate(wanted.size());
      return true;
    }
    OpenFile from;
    try (OpenStates.Held lock = zone.files.alone(base)) {
      versions.make(lock.state());
      if (!held.equals(zone.replica.held(base))) {
        return false;
      }
      from = zone.open(lock.state());
    } catch (ZoneException e) {
      LOG.debug("zone {}: {} cannot be a base: {}", zone.name, base, e.getMessage());
      return false;
    }
    try (from) {
      copy(held, wanted, from, file);
    }
    file.truncate(wanted.size());
    try (OpenStates.Held lock = zone.files.shared(base)) {
      // Bytes copied while someone wrote may be neither the old nor the new ones.
      return lock.state().dirty == null && held.equals(zone.replica.held(base));
    }
  }

  private void copy(Content.Regular held, Content.Regular wanted, OpenFile from, OpenFile to)
      throws IOException {
    if (zone.tree.reflinks() && held.size() > 0) {
      to.cloneFrom(from, 0, 0, 0);
      if (held.size() > wanted.size()) {
        to.truncate(wanted.size());
      }
      for (RangeMap.Range range : wanted.ranges().ranges()) {
        if (range.dot() == null && range.offset() < held.size()) {
          to.punch(range.offset(), range.length());
        }
      }
      return;
    }
    long at = 0;
    for (ByteRange lack : wanted.ranges().missing(held.ranges())) {
      copyData(held, wanted, from, to, at, lack.offset());
      at = lack.end();
    }
    copyData(held, wanted, from, to, at, wanted.size());
  }

  private static void copyData(
      Content.Regular held,
      Content.Regular wanted,
      OpenFile from,
      OpenFile to,
      long start,
      long end)
      throws IOException {
    for (RangeMap.Range range : wanted.ranges().ranges()) {
      long first = Math.max(start, range.offset());
      long last = Math.min(Math.min(end, range.end()), held.size());
      if (range.dot() != null && first < last) {
        to.copyFrom(from, first, first, last - first);
      }
    }
  }

  /** Checks a content whose last bytes came, and puts it on the shelf for the settler. */
  ContentSink.Outcome finish(StagedContent content) throws IOException {
    if (content.content().wanted().size() >= SYNCED_APART) {
      syncing.add(content.key());
      finishing.put(content.key().shown(), content);
    }
    building.remove(content.key(), content);
    if (!content.isRight()) {
      syncing.remove(content.key());
      content.end();
      staging.remove(content.name());
      return ContentSink.Outcome.WRONG_BYTES;
    }
    shelve(content.content(), content.name(), content.file());
    return ContentSink.Outcome.HELD;
  }

  /** Has a whole content brought to disk and put on the shelf; its file is closed. */
  private void shelve(PendingContent content, EntryName name, OpenFile file) throws IOException {
    long size = content.wanted().size();
    // What was here is shared where the volume can, and is on disk already.
    long toWrite = zone.tree.reflinks() ? content.missingBytes() : size;
    if (size < SYNCED_APART || syncs.takes(toWrite)) {
      try {
        shelving.add(content.source(), key(content), name, file, toWrite);
      } finally {
        syncing.remove(key(content));
      }
      return;
    }
    toShelf(content, name, file);
  }

  /** Brings a content to disk by itself, and puts it on the shelf. */
  private void toShelf(PendingContent content, EntryName name, OpenFile file) throws IOException {
    boolean onDisk = false;
    try {
      file.sync();
      onDisk = true;
    } finally {
      if (!onDisk) {
        syncing.remove(key(content));
        file.close();
      }
    }
    putOnShelf(content, name, file);
  }

  /** Puts a content on the shelf that is on disk. */
  private void putOnShelf(PendingContent content, EntryName name, OpenFile file)
      throws IOException {
    try (file) {
      staging.put(key(content), name);
    } finally {
      syncing.remove(key(content));
    }
    zone.contentReady(List.of(content.source()));
  }

  /** Leaves a content for later; of too many left, the oldest go. */
  void left(StagedContent content) {
    if (building.size() > MAX_STAGED) {
      try {
        drop(content);
      } catch (IOException e) {
        LOG.debug("zone {}: {} stays in the workshop", zone.name, content.key(), e);
      }
    }
  }

  /**
   * A small content that came whole: its bytes in the workshop, checked.
   *
   * @param file its file; null if that is closed
   * @param onDisk says when it is on disk, or that it will not be; null if nobody was asked to
   *     bring it there
   */
  record Small(
      EntryName name, @Nullable OpenFile file, @Nullable CompletableFuture<Boolean> onDisk) {}

  /** Has a small content that came alone brought to disk beside, wanted or not, if that can be. */
  Small toDiskSoon(Small small) {
    OpenFile file = small.file();
    return file == null || !syncs.takes(0)
        ? small
        : new Small(small.name(), file, syncs.ask(file::sync));
  }

  /**
   * Writes a small content into the workshop; null if the bytes are not what their version says.
   *
   * @param open whether its file is to stay open, to be synced by itself
   */
  @Nullable Small write(FileId source, Content.Regular content, Bytes bytes, boolean open)
      throws IOException {
    byte[] data = bytes.toArray();
    Bytes hash = content.hash();
    if (content.size() != data.length || (hash != null && !hash.equals(Versions.hash(data)))) {
      LOG.warn("zone {}: bytes of {} are not what their version says", zone.name, source);
      return null;
    }
    EntryName name = staging.fresh(new Staging.Key(source, content.dot()));
    OpenFile file = zone.tree.createInWorkshop(name);
    boolean whole = false;
    try {
      file.write(ByteBuffer.wrap(data), 0);
      whole = true;
    } finally {
      if (!whole || !open) {
        file.close();
      }
      if (!whole) {
        staging.remove(name);
      }
    }
    return new Small(name, open ? file : null, null);
  }

  /**
   * Takes a small content that was fetched. Whether it is in the tree by now is asked once for many
   * of them, by {@link Shelving}: that needs the zone's lock.
   */
  ContentSink.Outcome take(PendingContent content, Bytes bytes) throws IOException {
    if (isHere(key(content))) {
      return ContentSink.Outcome.OUTDATED;
    }
    Small small;
    try {
      small = write(content.source(), content.wanted(), bytes, true);
    } catch (IOException e) {
      noteFull(e);
      throw e;
    }
    if (small == null) {
      return ContentSink.Outcome.WRONG_BYTES;
    }
    shelving.add(
        content.source(), key(content), small.name(), small.file(), content.wanted().size());
    return ContentSink.Outcome.HELD;
  }

  /** Throws a small content away. */
  void drop(Small small) throws IOException {
    OpenFile file = small.file();
    if (file != null) {
      if (small.onDisk() != null) {
        small.onDisk().join();
      }
      file.close();
    }
    staging.remove(small.name());
  }

  /**
   * Takes small contents, those that are not here already. They are on the shelf once they are on
   * disk.
   *
   * @return the inodes whose contents are on their way to the shelf
   */
  List<FileId> take(Map<PendingContent, Small> contents) throws IOException {
    List<FileId> coming = new ArrayList<>();
    for (Map.Entry<PendingContent, Small> one : contents.entrySet()) {
      PendingContent content = one.getKey();
      Small small = one.getValue();
      if (isHere(key(content))) {
        drop(small);
        continue;
      }
      if (small.onDisk() != null) {
        syncing.add(key(content));
        var _ = small.onDisk().thenAccept(onDisk -> brought(content, small, onDisk));
        coming.add(content.source());
      } else if (small.file() != null) {
        syncing.add(key(content));
        toShelf(content, small.name(), small.file());
      } else {
        long size = content.wanted().size();
        shelving.add(content.source(), key(content), small.name(), null, size);
        coming.add(content.source());
      }
    }
    return coming;
  }

  private void brought(PendingContent content, Small small, boolean onDisk) {
    OpenFile file = Objects.requireNonNull(small.file());
    try {
      if (onDisk) {
        putOnShelf(content, small.name(), file);
      } else {
        syncing.remove(key(content));
        file.close();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("zone {}: {} is not shown yet", zone.name, small.name(), e);
    }
  }

  /** The contents being built now. */
  List<StagedContent> underWay() {
    return List.copyOf(building.values());
  }

  /** Ends the building of a content that nobody wants any more. */
  void drop(StagedContent content) throws IOException {
    if (building.remove(content.key(), content)) {
      content.end();
      staging.remove(content.name());
    }
  }

  /** Ends all transfers. */
  void close() throws IOException {
    for (StagedContent content : List.copyOf(building.values())) {
      content.end();
    }
    building.clear();
  }
}
