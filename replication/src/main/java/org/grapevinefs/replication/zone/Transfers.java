// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.PosixException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contents on their way: served to others only while they are still what their version says, and
 * built aside for this node until they are whole, checked and on disk.
 */
final class Transfers {

  private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);
  private static final int MAX_STAGED = 64;

  private final ZoneState zone;
  private final Versions versions;
  private final Staging staging;
  private final Map<Staging.Key, StagedContent> building = new ConcurrentHashMap<>();
  private final Set<Dot> coming = ConcurrentHashMap.newKeySet();

  Transfers(ZoneState zone, Versions versions, Staging staging) {
    this.zone = zone;
    this.versions = versions;
    this.staging = staging;
  }

  // --- serving

  /** Whether bytes under a change are served: false if the file has moved on. */
  boolean read(FileId source, ZoneReplica.Stretch stretch, ByteBuffer into) throws IOException {
    if (readHeld(source, stretch, into)) {
      return true;
    }
    for (FileId sibling : siblings(source)) {
      if (readHeld(sibling, stretch, into)) {
        return true;
      }
    }
    // What lay on the shelf a moment ago may have its name by now.
    return readStaged(source, stretch, into) || readHeld(source, stretch, into);
  }

  /**
   * Serves from a content that is whole and waits to show, for a name or for another content: if
   * each waited to show before it passed on, two versions from the ends of a line of members would
   * wait for each other in the middle.
   */
  private boolean readStaged(FileId source, ZoneReplica.Stretch stretch, ByteBuffer into)
      throws IOException {
    for (Content content : contents(source)) {
      Staging.Key key = staging.key(content.dot());
      EntryName name = key == null ? null : staging.file(key);
      boolean shows =
          content instanceof Content.Regular regular
              && regular.ranges().shows(stretch.range(), stretch.dot());
      if (key != null && name != null && shows && readStaged(key, name, stretch, into)) {
        return true;
      }
    }
    return false;
  }

  private boolean readStaged(
      Staging.Key key, EntryName name, ZoneReplica.Stretch stretch, ByteBuffer into)
      throws IOException {
    int length = (int) stretch.range().length();
    ByteBuffer bytes = into.slice(into.position(), length);
    try (OpenFile file = zone.tree.openInWorkshop(name)) {
      if (file.read(bytes, stretch.range().offset()) < length) {
        return false;
      }
    } catch (PosixException e) {
      if (e.errno() != PosixException.ENOENT) {
        throw e;
      }
      return false;
    }
    // Once it has a name in the tree anyone may write to it.
    EntryName now = staging.file(key);
    if (now == null || !now.equals(name)) {
      return false;
    }
    into.position(into.position() + length);
    return true;
  }

  private List<Content> contents(FileId source) {
    zone.lock.lock();
    try {
      Inode inode = zone.replica.inode(source);
      return inode == null ? List.of() : inode.contents();
    } finally {
      zone.lock.unlock();
    }
  }

  private Set<FileId> siblings(FileId source) {
    zone.lock.lock();
    try {
      Set<FileId> ids = new TreeSet<>();
      zone.replica.plan(source).have().forEach(entry -> ids.add(entry.shown()));
      ids.remove(source);
      return ids;
    } finally {
      zone.lock.unlock();
    }
  }

  private boolean readHeld(FileId shown, ZoneReplica.Stretch stretch, ByteBuffer into)
      throws IOException {
    Content.Regular held = zone.replica.held(shown);
    if (held == null || !held.ranges().shows(stretch.range(), stretch.dot())) {
      return false;
    }
    // Held shared, no write can come between the check and the read.
    try (OpenStates.Held lock = zone.files.shared(shown)) {
      OpenState state = lock.state();
      DirtyContent dirty = state.dirty;
      Content.Regular now = zone.replica.held(shown);
      boolean same =
          now != null
              && state.gone == null
              && now.ranges().shows(stretch.range(), stretch.dot())
              && (dirty == null || !dirty.touches(stretch.range()));
      if (!same) {
        return false;
      }
      ByteBuffer bytes = into.slice(into.position(), (int) stretch.range().length());
      try (OpenFile file = zone.open(state)) {
        if (file.read(bytes, stretch.range().offset()) < stretch.range().length()) {
          return false;
        }
      }
    }
    into.position(into.position() + (int) stretch.range().length());
    return true;
  }

  /** The small contents of an inode that an asker lacks. */
  List<ZoneRecord.Inline> inline(Inode inode, Knowledge asker, long most) throws IOException {
    List<ZoneRecord.Inline> result = new ArrayList<>();
    long left = most;
    if (inode.type() != FileType.REGULAR) {
      return result;
    }
    for (Content content : inode.shownContents()) {
      if (content instanceof Content.Regular regular
          && regular.size() > 0
          && regular.size() <= Math.min(left, ZoneReplica.MAX_INLINE)
          && !asker.covers(regular.dot())) {
        byte[] bytes = whole(inode.id(), regular);
        if (bytes != null) {
          result.add(new ZoneRecord.Inline(regular.dot(), Bytes.of(bytes)));
          left -= bytes.length;
        }
      }
    }
    return result;
  }

  private byte @Nullable [] whole(FileId source, Content.Regular content) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) content.size());
    for (RangeMap.Range range : content.ranges().ranges()) {
      Dot dot = range.dot();
      if (dot == null) {
        bytes.position((int) range.end());
        continue;
      }
      ByteRange stretch = new ByteRange(range.offset(), range.length());
      if (!read(source, new ZoneReplica.Stretch(stretch, dot), bytes)) {
        return null;
      }
    }
    Bytes hash = content.hash();
    boolean right = hash == null || hash.equals(Versions.hash(bytes.array()));
    return right ? bytes.array() : null;
  }

  // --- taking in

  List<PendingContent> pending(int most) {
    List<PendingContent> all;
    zone.lock.lock();
    try {
      all = zone.replica.pendingContents(null, most);
    } finally {
      zone.lock.unlock();
    }
    return all.stream()
        .filter(content -> !staging.has(key(content)) && !coming.contains(content.wanted().dot()))
        .sorted(java.util.Comparator.comparingLong(PendingContent::missingBytes))
        .toList();
  }

  /** Contents whose bytes ride along in a pull: not to be fetched apart meanwhile. */
  void expect(Collection<Dot> contents) {
    coming.addAll(contents);
  }

  void expectNoMore(Collection<Dot> contents) {
    coming.removeAll(contents);
  }

  static Staging.Key key(PendingContent content) {
    return new Staging.Key(content.shown(), content.wanted().dot());
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
    if (staging.has(key)) {
      return null;
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
    building.remove(content.key(), content);
    if (!content.isRight()) {
      content.end();
      staging.remove(content.name());
      return ContentSink.Outcome.WRONG_BYTES;
    }
    content.file().sync();
    content.end();
    staging.put(content.key(), content.name());
    zone.wakeSettler();
    return ContentSink.Outcome.HELD;
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

  /** A small content that lies in the workshop, not yet on the shelf. */
  record Shelved(Staging.Key key, EntryName file) {}

  /**
   * Writes a small content into the workshop, brought to disk if asked for; nothing if it is there
   * already or not what its version says.
   */
  Optional<Shelved> write(PendingContent content, Bytes bytes, boolean sync) throws IOException {
    Staging.Key key = key(content);
    if (staging.has(key) || content.wanted().size() != bytes.length()) {
      return Optional.empty();
    }
    byte[] data = bytes.toArray();
    Bytes hash = content.wanted().hash();
    if (hash != null && !hash.equals(Versions.hash(data))) {
      LOG.warn("zone {}: bytes of {} are not what their hash says", zone.name, content.source());
      return Optional.empty();
    }
    EntryName name = staging.fresh(key);
    try (OpenFile file = zone.tree.createInWorkshop(name)) {
      file.write(ByteBuffer.wrap(data), 0);
      if (sync) {
        file.sync();
      }
    }
    return Optional.of(new Shelved(key, name));
  }

  /** Puts what was written, and is on disk now, on the shelf. */
  void shelve(Shelved content) throws IOException {
    staging.put(content.key(), content.file());
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
