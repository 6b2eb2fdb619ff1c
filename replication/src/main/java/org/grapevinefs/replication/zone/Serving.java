// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.PosixException;
import org.jspecify.annotations.Nullable;

/** Contents for others: served only while they are still what their version says. */
final class Serving {

  private final ZoneState zone;
  private final Staging staging;

  Serving(ZoneState zone, Staging staging) {
    this.zone = zone;
    this.staging = staging;
  }

  /** Whether bytes under a change are served: false if the file has moved on. */
  boolean read(FileId source, ZoneReplica.Stretch stretch, ByteBuffer into) throws IOException {
    if (readHeld(source, source, stretch, into)) {
      return true;
    }
    for (FileId sibling : siblings(source)) {
      if (readHeld(source, sibling, stretch, into)) {
        return true;
      }
    }
    // What lay on the shelf a moment ago may have its name by now.
    return readStaged(source, stretch, into) || readHeld(source, source, stretch, into);
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

  /** Whether a file's bytes under one of its shown ids are, or are the same as, a stretch. */
  private boolean shows(
      FileId source, Content.@Nullable Regular held, ZoneReplica.Stretch stretch) {
    if (held == null) {
      return false;
    }
    if (held.ranges().shows(stretch.range(), stretch.dot())) {
      return true;
    }
    zone.lock.lock();
    try {
      Inode inode = zone.replica.inode(source);
      return inode != null && inode.isGivenBy(held, stretch.range(), stretch.dot());
    } finally {
      zone.lock.unlock();
    }
  }

  private boolean readHeld(
      FileId source, FileId shown, ZoneReplica.Stretch stretch, ByteBuffer into)
      throws IOException {
    if (!shows(source, zone.replica.held(shown), stretch)) {
      return false;
    }
    ByteBuffer bytes = into.slice(into.position(), (int) stretch.range().length());
    if (readBeside(source, shown, stretch, bytes)) {
      into.position(into.position() + bytes.capacity());
      return true;
    }
    bytes.clear();
    // Held shared, no write can come between the check and the read.
    try (OpenStates.Held lock = zone.files.shared(shown)) {
      OpenState state = lock.state();
      DirtyContent dirty = state.dirty;
      Content.Regular now = zone.replica.held(shown);
      boolean same =
          state.gone == null
              && shows(source, now, stretch)
              && (dirty == null || !dirty.touches(stretch.range()));
      if (!same) {
        return false;
      }
      try (OpenFile file = zone.open(state)) {
        if (file.read(bytes, stretch.range().offset()) < bytes.capacity()) {
          return false;
        }
      }
    }
    into.position(into.position() + bytes.capacity());
    return true;
  }

  /**
   * Reads from a file that someone is writing to, without waiting for their turns: its readers
   * elsewhere would fall behind by as much as there are writes waiting. What is about to change is
   * announced before; so what is not announced after the read was read as it was. As long as the
   * same changes wait for their version, none was made, and no other content took the file's place.
   */
  private boolean readBeside(
      FileId source, FileId shown, ZoneReplica.Stretch stretch, ByteBuffer bytes)
      throws IOException {
    OpenState state = zone.files.find(shown);
    DirtyContent dirty = state == null ? null : state.dirty;
    if (state == null || dirty == null || dirty.mayTouch(stretch.range())) {
      return false;
    }
    try (OpenFile file = state.borrow()) {
      if (file == null || file.read(bytes, stretch.range().offset()) < bytes.capacity()) {
        return false;
      }
    }
    return state.dirty == dirty
        && state.gone == null
        && !dirty.mayTouch(stretch.range())
        && shows(source, zone.replica.held(shown), stretch);
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
}
