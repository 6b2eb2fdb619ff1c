// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a zone's regular files. A write lands in the file at once; that the file has bytes
 * without a version is in the index before the first of them, so that no crash can hide it.
 */
final class FileBytes {

  private static final int MOST_READ = 4 << 20;

  private final ZoneState zone;
  private final Versions versions;
  private final long verifier;

  FileBytes(ZoneState zone, Versions versions, long verifier) {
    this.zone = zone;
    this.versions = versions;
    this.verifier = verifier;
  }

  private static void requireRegular(Shown file) throws ZoneException {
    ZoneError error =
        switch (file.type()) {
          case REGULAR -> null;
          case DIRECTORY -> ZoneError.ISDIR;
          case SYMLINK -> ZoneError.SYMLINK;
          case BLOCK_DEVICE, CHARACTER_DEVICE, FIFO, SOCKET -> ZoneError.WRONG_TYPE;
        };
    if (error != null) {
      throw new ZoneException(error);
    }
  }

  private static void requireRange(long offset, long length) throws ZoneException {
    if (offset < 0 || length < 0) {
      throw new ZoneException(ZoneError.INVAL);
    }
    if (offset > ZoneFileSystem.MAX_FILE_SIZE - length) {
      throw new ZoneException(ZoneError.FBIG);
    }
  }

  private static long size(OpenState state, Shown shown) {
    DirtyContent dirty = state.dirty;
    return dirty == null ? shown.size() : dirty.size;
  }

  /** Reads into a buffer if one is given, and else into a new one. */
  ReadResult read(Caller caller, FileId file, long offset, int length, @Nullable ByteBuffer into)
      throws ZoneException {
    if (offset < 0 || length < 0) {
      throw new ZoneException(ZoneError.INVAL);
    }
    return zone.inWords(() -> {
      try (OpenStates.Held held = zone.files.shared(file)) {
        Shown shown = zone.shown(file);
        requireRegular(shown);
        Permissions.requireBytesRead(caller, shown);
        return read(held.state(), size(held.state(), shown), offset, length, into);
      }
    });
  }

  private ReadResult read(
      OpenState state, long size, long offset, int length, @Nullable ByteBuffer into)
      throws IOException {
    long there = Math.max(0, size - offset);
    int count = (int) Math.min(Math.min(length, MOST_READ), there);
    if (count == 0) {
      return new ReadResult(ByteBuffer.allocate(0), there == 0);
    }
    ByteBuffer data =
        into == null ? ByteBuffer.allocate(count) : into.slice(into.position(), count);
    try (OpenFile open = zone.open(state)) {
      open.read(data, offset);
    }
    data.flip();
    return new ReadResult(data, offset + data.remaining() >= size);
  }

  WriteResult write(Caller caller, FileId file, long offset, ByteBuffer data, Stability stability)
      throws ZoneException {
    requireRange(offset, data.remaining());
    zone.requireWritable();
    return zone.inWords(() -> {
      int count;
      OpenState state;
      OpenFile written = null;
      try (OpenStates.Held held = zone.files.alone(file)) {
        state = held.state();
        Shown shown = zone.shown(file);
        requireRegular(shown);
        Permissions.requireBytesWrite(caller, shown);
        count = write(caller, state, shown, offset, data);
        if (stability != Stability.UNSTABLE) {
          written = zone.open(state);
        }
      }
      if (written != null) {
        // Without the file's lock, so that those who write meanwhile share the next sync.
        try (OpenFile open = written) {
          versions.writesToDisk(state, open);
        }
      }
      return new WriteResult(count, stability, verifier);
    });
  }

  private int write(Caller caller, OpenState state, Shown shown, long offset, ByteBuffer data)
      throws IOException, ZoneException {
    int wanted = data.remaining();
    if (wanted == 0) {
      return 0;
    }
    // Also over old bytes: where blocks are never written twice that needs room as well.
    zone.requireDisk();
    long size = size(state, shown);
    int count = (int) Math.min(wanted, roomFor(size, offset, wanted));
    if (count <= 0) {
      throw new ZoneException(ZoneError.DQUOT);
    }
    ByteBuffer part = data.slice(data.position(), count);
    DirtyContent dirty = versions.begin(state, shown);
    dirty.announce(offset, offset + count);
    try (OpenFile open = zone.open(state)) {
      open.write(part, offset);
    }
    dirty.write(offset, count);
    touched(caller, state, shown, dirty, size);
    data.position(data.position() + count);
    return count;
  }

  /** How many of the wanted bytes the quota lets in. */
  private long roomFor(long size, long offset, long wanted) {
    if (offset + wanted <= size) {
      return wanted;
    }
    long room = zone.settings.quota() - zone.usedBytes();
    if (room <= 0) {
      return Math.max(0, size - offset);
    }
    long end = size > Long.MAX_VALUE - room ? Long.MAX_VALUE : size + room;
    return Math.clamp(end - offset, 0, wanted);
  }

  private void touched(
      Caller caller, OpenState state, Shown shown, DirtyContent dirty, long sizeBefore)
      throws ZoneException {
    dirty.modified = zone.now();
    dirty.lastNanos = zone.nanoTime.getAsLong();
    dirty.change = zone.tick();
    if (state.gone == null) {
      zone.growth.addAndGet(dirty.size - sizeBefore);
    }
    int mode = Permissions.modeAfterWrite(caller, shown);
    if (mode != shown.mode() && state.gone == null) {
      versions.clearPrivileges(state.id, mode);
    }
  }

  long commit(Caller caller, FileId file, long offset, long length) throws ZoneException {
    requireRange(Math.max(0, offset), 0);
    return zone.inWords(() -> {
      try (OpenStates.Held held = zone.files.alone(file)) {
        Shown shown = zone.shown(file);
        requireRegular(shown);
        if (caller.readOnly() && held.state().dirty == null) {
          return verifier;
        }
        versions.toDisk(held.state());
        versions.make(held.state());
      }
      versions.committed();
      return verifier;
    });
  }

  /** Sets the size; the caller's other rights were checked. */
  void resize(Caller caller, FileId file, long size) throws ZoneException {
    requireRange(size, 0);
    zone.inWords(() -> {
      try (OpenStates.Held held = zone.files.alone(file)) {
        OpenState state = held.state();
        Shown shown = zone.shown(file);
        requireRegular(shown);
        long before = size(state, shown);
        requireRoom(before, size);
        DirtyContent dirty = versions.begin(state, shown);
        dirty.announce(Math.min(before, size), Long.MAX_VALUE);
        try (OpenFile open = zone.open(state)) {
          open.truncate(size);
        }
        dirty.resize(size);
        touched(caller, state, shown, dirty, before);
      }
      return size;
    });
  }

  private void requireRoom(long before, long size) throws ZoneException {
    if (size > before) {
      zone.requireDisk();
    }
    if (size > before && size > zone.settings.quota()) {
      // No removing makes room for it.
      throw new ZoneException(ZoneError.FBIG);
    }
    if (size > before && zone.usedBytes() + (size - before) > zone.settings.quota()) {
      throw new ZoneException(ZoneError.DQUOT);
    }
  }

  void allocate(Caller caller, FileId file, long offset, long length) throws ZoneException {
    change(
        caller,
        file,
        offset,
        length,
        true,
        (open, dirty) -> {
          open.allocate(offset, length);
          if (offset + length > dirty.size) {
            dirty.resize(offset + length);
          }
        });
  }

  void deallocate(Caller caller, FileId file, long offset, long length) throws ZoneException {
    change(
        caller,
        file,
        offset,
        length,
        false,
        (open, dirty) -> {
          long end = Math.min(offset + length, dirty.size);
          if (offset < end) {
            open.punch(offset, end - offset);
            dirty.punch(offset, end - offset);
          }
        });
  }

  /** A change of a file's bytes on disk, noted. */
  @FunctionalInterface
  private interface ByteChange {
    void apply(OpenFile open, DirtyContent dirty) throws IOException, ZoneException;
  }

  private void change(
      Caller caller, FileId file, long offset, long length, boolean grows, ByteChange change)
      throws ZoneException {
    requireRange(offset, length);
    if (length == 0) {
      throw new ZoneException(ZoneError.INVAL);
    }
    zone.requireWritable();
    zone.inWords(() -> {
      try (OpenStates.Held held = zone.files.alone(file)) {
        OpenState state = held.state();
        Shown shown = zone.shown(file);
        requireRegular(shown);
        Permissions.requireBytesWrite(caller, shown);
        long before = size(state, shown);
        if (grows) {
          requireRoom(before, offset + length);
        }
        DirtyContent dirty = versions.begin(state, shown);
        dirty.announce(offset, offset + length);
        try (OpenFile open = zone.open(state)) {
          change.apply(open, dirty);
        }
        touched(caller, state, shown, dirty, before);
      }
      return length;
    });
  }

  long seek(Caller caller, FileId file, long offset, SeekKind kind) throws ZoneException {
    if (offset < 0) {
      throw new ZoneException(ZoneError.INVAL);
    }
    return zone.inWords(() -> {
      try (OpenStates.Held held = zone.files.shared(file);
          OpenFile open = openForRead(caller, held.state())) {
        long found = kind == SeekKind.DATA ? open.nextData(offset) : open.nextHole(offset);
        if (found < 0) {
          throw new ZoneException(ZoneError.NXIO);
        }
        return found;
      }
    });
  }

  private OpenFile openForRead(Caller caller, OpenState state) throws ZoneException, IOException {
    Shown shown = zone.shown(state.id);
    requireRegular(shown);
    Permissions.requireBytesRead(caller, shown);
    return zone.open(state);
  }

  /** Copies or shares a range; the two files are locked in the order of their ids. */
  long copy(
      Caller caller,
      FileId from,
      long fromOffset,
      FileId to,
      long toOffset,
      long length,
      boolean share)
      throws ZoneException {
    requireRange(fromOffset, length);
    requireRange(toOffset, length);
    zone.requireWritable();
    if (share && !zone.tree.reflinks()) {
      throw new ZoneException(ZoneError.NOTSUPP);
    }
    return zone.inWords(() -> {
      boolean fromFirst = from.compareTo(to) <= 0;
      try (OpenStates.Held first = zone.files.alone(fromFirst ? from : to);
          OpenStates.@Nullable Held second =
              from.equals(to) ? null : zone.files.alone(fromFirst ? to : from)) {
        OpenState other = second == null ? first.state() : second.state();
        OpenState source = fromFirst ? first.state() : other;
        OpenState target = fromFirst ? other : first.state();
        return copy(caller, source, fromOffset, target, toOffset, length, share);
      }
    });
  }

  private long copy(
      Caller caller,
      OpenState source,
      long fromOffset,
      OpenState target,
      long toOffset,
      long length,
      boolean share)
      throws IOException, ZoneException {
    Shown into = zone.shown(target.id);
    requireRegular(into);
    Permissions.requireBytesWrite(caller, into);
    try (OpenFile from = openForRead(caller, source)) {
      long there = size(source, zone.shown(source.id)) - fromOffset;
      if (there < 0 || (length > there && share)) {
        throw new ZoneException(ZoneError.INVAL);
      }
      long count = length == 0 ? there : Math.min(length, there);
      requireApart(source, fromOffset, target, toOffset, count);
      long before = size(target, into);
      if (roomFor(before, toOffset, count) < count) {
        throw new ZoneException(ZoneError.DQUOT);
      }
      if (count == 0) {
        return 0;
      }
      zone.requireDisk();
      DirtyContent dirty = versions.begin(target, into);
      dirty.announce(toOffset, toOffset + count);
      long done = count;
      try (OpenFile open = zone.open(target)) {
        if (share) {
          open.cloneFrom(from, fromOffset, toOffset, length == 0 ? 0 : count);
        } else {
          done = open.copyFrom(from, fromOffset, toOffset, count);
        }
      }
      dirty.write(toOffset, done);
      touched(caller, target, into, dirty, before);
      return done;
    }
  }

  private static void requireApart(
      OpenState source, long fromOffset, OpenState target, long toOffset, long count)
      throws ZoneException {
    boolean overlap =
        source == target && fromOffset < toOffset + count && toOffset < fromOffset + count;
    if (overlap) {
      throw new ZoneException(ZoneError.INVAL);
    }
  }

  /** Whether a set of attributes is about bytes at all. */
  static boolean setsSize(SetAttributes set, Shown shown) throws ZoneException {
    if (set.size() == null) {
      return false;
    }
    if (shown.type() == FileType.DIRECTORY) {
      throw new ZoneException(ZoneError.ISDIR);
    }
    if (shown.type() != FileType.REGULAR) {
      throw new ZoneException(ZoneError.INVAL);
    }
    return true;
  }
}
