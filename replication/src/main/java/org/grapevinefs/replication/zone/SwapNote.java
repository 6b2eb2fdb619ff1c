// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.SettlePlan;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.FileStat;

/**
 * The note of an inode about to be settled, with the contents to be swapped in. Without it a crash
 * between the swap and the index's batch would leave new bytes under an index that still speaks of
 * the old ones, and they would be served as such.
 *
 * <p>Which of the two is on disk is told by the file's number on the file system. Layout after the
 * kind's byte: the inode's id, then for each content its shown id, its dot (origin, seq), the
 * directory, the name's length in one byte, the name, and the number.
 */
final class SwapNote {

  static final byte KIND = 4;
  private static final int MAX_SWAP = 2 * FileId.BYTES + 24 + 1 + EntryName.MAX_BYTES;

  private final ZoneState zone;
  private final Staging staging;

  SwapNote(ZoneState zone, Staging staging) {
    this.zone = zone;
    this.staging = staging;
  }

  /** One content and where it goes. */
  private record Swap(FileId shown, Dot content, FileId directory, EntryName name, long number) {}

  /** Writes a note of a plan and its contents, if it has any; returns its number. */
  long write(SettlePlan plan, Map<FileId, Content.Regular> fresh) throws IOException {
    return zone.replica.putIntent(note(plan, fresh));
  }

  /** A note of a plan's contents. */
  byte[] note(SettlePlan plan, Map<FileId, Content.Regular> fresh) throws IOException {
    ByteBuffer note = ByteBuffer.allocate(1 + FileId.BYTES + fresh.size() * MAX_SWAP);
    note.put(KIND).put(plan.id().toBytes());
    Set<FileId> noted = new HashSet<>();
    for (Entry entry : plan.want()) {
      Content.Regular content = fresh.get(entry.shown());
      if (content == null || !noted.add(entry.shown())) {
        continue;
      }
      EntryName staged = staging.file(new Staging.Key(entry.shown(), content.dot()));
      Optional<FileStat> stat =
          staged == null ? Optional.empty() : zone.tree.workshop().stat(staged);
      if (stat.isPresent()) {
        note.put(entry.shown().toBytes())
            .putLong(content.dot().origin().value())
            .putLong(content.dot().seq())
            .put(entry.directory().toBytes())
            .put((byte) entry.name().length())
            .put(entry.name().toBytes())
            .putLong(stat.get().inode());
      }
    }
    byte[] bytes = new byte[note.position()];
    note.flip().get(bytes);
    return bytes;
  }

  /**
   * Brings the index up to what was swapped in before the crash, and the disk's attributes to it.
   */
  void recover(ByteBuffer note) throws IOException {
    FileId source = id(note);
    List<Swap> done = new ArrayList<>();
    while (note.hasRemaining()) {
      Swap swap = read(note);
      Content.Regular held = zone.replica.held(swap.shown());
      boolean known = held != null && held.dot().equals(swap.content());
      if (!known && swap.number() == number(swap.directory(), swap.name())) {
        done.add(swap);
      }
    }
    if (!done.isEmpty()) {
      recover(zone.replica.plan(source), done);
    }
    // Modes, owners and times come last, and may not have come.
    zone.forgetAll();
    new Placement(zone, staging).describe(zone.replica.plan(source).have());
  }

  private void recover(SettlePlan plan, List<Swap> done) throws IOException {
    Map<FileId, Content.Regular> held = new HashMap<>();
    List<Entry> onDisk = new ArrayList<>();
    for (Swap swap : done) {
      for (PendingContent content : plan.fetch()) {
        boolean same =
            content.shown().equals(swap.shown()) && content.wanted().dot().equals(swap.content());
        if (same) {
          held.put(swap.shown(), content.wanted());
          plan.want().stream().filter(entry -> is(entry, swap)).forEach(onDisk::add);
        }
      }
    }
    for (Entry entry : plan.have()) {
      boolean replaced =
          held.containsKey(entry.shown()) || done.stream().anyMatch(swap -> at(entry, swap));
      if (!replaced && number(entry.directory(), entry.name()) != 0) {
        onDisk.add(entry);
      } else if (done.stream().noneMatch(swap -> at(entry, swap))) {
        // Another name of the same file still has its old bytes: it is linked anew.
        unlink(entry);
      }
    }
    zone.replica.settled(plan.id(), onDisk, held);
  }

  private static boolean is(Entry entry, Swap swap) {
    return entry.shown().equals(swap.shown()) && at(entry, swap);
  }

  private static boolean at(Entry entry, Swap swap) {
    return entry.directory().equals(swap.directory()) && entry.name().equals(swap.name());
  }

  private void unlink(Entry entry) throws IOException {
    if (number(entry.directory(), entry.name()) != 0) {
      try (Directory on = zone.directories.get(entry.directory())) {
        on.unlink(entry.name());
      }
    }
  }

  /** The number of what has a name on disk; 0 if nothing has. */
  private long number(FileId directory, EntryName name) throws IOException {
    if (!zone.directories.isThere(directory)) {
      return 0;
    }
    try (Directory on = zone.directories.get(directory)) {
      return on.stat(name).map(FileStat::inode).orElse(0L);
    }
  }

  private static FileId id(ByteBuffer note) {
    return new FileId(note.getLong(), note.getLong());
  }

  private static Swap read(ByteBuffer note) {
    FileId shown = id(note);
    Dot content = new Dot(new Origin(note.getLong()), note.getLong());
    FileId directory = id(note);
    byte[] name = new byte[note.get() & 0xFF];
    note.get(name);
    return new Swap(shown, content, directory, EntryName.of(name), note.getLong());
  }
}
