// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.FileStat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes of disk operations under way. One that is still there at the start was cut off by a crash:
 * its client had no answer, so what the disk shows decides whether it happened.
 *
 * <p>A note is one byte for its kind (1 making, 2 removing, 3 moving), then for each name the
 * directory's 16 bytes, the name's length in one byte and the name.
 */
final class Intents {

  private static final Logger LOG = LoggerFactory.getLogger(Intents.class);
  private static final byte MAKING = 1;
  private static final byte REMOVING = 2;
  private static final byte MOVING = 3;
  private static final int MAX_NOTE = 1 + 2 * (FileId.BYTES + 1 + EntryName.MAX_BYTES);

  private final ZoneState zone;
  private final Staging staging;

  Intents(ZoneState zone, Staging staging) {
    this.zone = zone;
    this.staging = staging;
  }

  long making(FileId directory, EntryName name) {
    return write(note(MAKING, directory, name));
  }

  long removing(FileId directory, EntryName name) {
    return write(note(REMOVING, directory, name));
  }

  long moving(FileId from, EntryName oldName, FileId to, EntryName newName) {
    return write(put(note(MOVING, from, oldName), to, newName));
  }

  void drop(long intent) {
    zone.replica.dropIntent(intent);
  }

  private static ByteBuffer note(byte kind, FileId directory, EntryName name) {
    return put(ByteBuffer.allocate(MAX_NOTE).put(kind), directory, name);
  }

  private static ByteBuffer put(ByteBuffer note, FileId directory, EntryName name) {
    return note.put(directory.toBytes()).put((byte) name.length()).put(name.toBytes());
  }

  private long write(ByteBuffer note) {
    byte[] bytes = new byte[note.position()];
    note.flip().get(bytes);
    return zone.replica.putIntent(bytes);
  }

  /**
   * Goes on, or back, from every note that a crash left. Under the zone's lock, before anything
   * else.
   */
  void recover() throws IOException {
    for (var left : zone.replica.intents().entrySet()) {
      try {
        recover(left.getKey(), ByteBuffer.wrap(left.getValue()));
      } catch (ReplicaException e) {
        LOG.warn(
            "zone {}: a note from before the crash no longer fits: {}", zone.name, e.getMessage());
        drop(left.getKey());
      }
    }
  }

  private void recover(long intent, ByteBuffer note) throws IOException {
    byte kind = note.get();
    if (kind == SwapNote.KIND) {
      new SwapNote(zone, staging).recover(note);
      drop(intent);
      return;
    }
    FileId directory = id(note);
    EntryName name = name(note);
    if (!zone.directories.isThere(directory)) {
      // Taken away behind our back: that says nothing of the operation, and is no delete.
      LOG.warn("zone {}: the directory of {} is not on disk: a scan remakes it", zone.name, name);
      drop(intent);
      return;
    }
    switch (kind) {
      case MAKING -> unmake(intent, directory, name);
      case REMOVING -> {
        Entry entry = zone.replica.lookup(directory, name);
        if (entry != null && !onDisk(directory, name)) {
          boolean isDirectory = entry.type() == FileType.DIRECTORY;
          if (isDirectory) {
            zone.replica.rmdir(directory, name, intent);
          } else {
            zone.replica.unlink(directory, name, intent);
          }
        } else {
          drop(intent);
        }
      }
      case MOVING -> {
        FileId to = id(note);
        EntryName newName = name(note);
        boolean done =
            zone.replica.lookup(directory, name) != null
                && !onDisk(directory, name)
                && onDisk(to, newName);
        if (done) {
          zone.replica.rename(directory, name, to, newName, intent);
        } else {
          drop(intent);
        }
      }
      default -> drop(intent);
    }
  }

  /**
   * Takes away what was made on disk, since the index never heard of it. What holds bytes under its
   * only name was not made but moved here, by an operation that a loss of power took from the
   * index: it stays, for a scan to find.
   */
  void unmake(long intent, FileId directory, EntryName name) throws IOException {
    Entry known = zone.replica.lookup(directory, name);
    if (known == null) {
      try (Directory on = zone.directories.get(directory)) {
        Optional<FileStat> there = on.stat(name);
        if (there.isPresent()) {
          remove(on, name, there.get());
        }
      }
    }
    drop(intent);
  }

  private static void remove(Directory on, EntryName name, FileStat there) throws IOException {
    if (there.type() == FileType.DIRECTORY) {
      try (Directory made = on.directory(name)) {
        if (!made.list().isEmpty()) {
          return;
        }
      }
      on.removeDirectory(name);
    } else if (there.size() == 0 || there.links() > 1 || there.type() != FileType.REGULAR) {
      on.unlink(name);
    }
  }

  private boolean onDisk(FileId directory, EntryName name) throws IOException {
    if (!zone.directories.isThere(directory)) {
      return false;
    }
    try (Directory on = zone.directories.get(directory)) {
      return on.stat(name).isPresent();
    }
  }

  private static FileId id(ByteBuffer note) {
    return new FileId(note.getLong(), note.getLong());
  }

  private static EntryName name(ByteBuffer note) {
    byte[] bytes = new byte[note.get() & 0xFF];
    note.get(bytes);
    return EntryName.of(bytes);
  }
}
