// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.ConflictCopy;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.MergedContent;
import org.grapevinefs.replication.core.NewContent;
import org.grapevinefs.replication.core.Replica;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.Timestamp;

/** What people do to files on one node, drawn at random. */
final class LocalWork {

  private static final int LARGEST = 12;

  private final World world;
  private final SimNode node;
  private final Replica replica;

  LocalWork(SimNode node) {
    this.world = node.world;
    this.node = node;
    this.replica = node.replica();
  }

  /** One change, unless it is refused. */
  void step() {
    Knowledge seen = replica.knowledge();
    try {
      any(node.entries());
    } catch (ReplicaException e) {
      switch (e.reason()) {
        case NO_ENTRY, TAKEN, NOT_EMPTY, INTO_ITSELF, NOT_DIRECTORY, IS_DIRECTORY, NO_FILE ->
            world.tell("%s refused: %s", node.name, e.reason().name());
        case WRONG_TYPE, LIMIT, BAD_ANSWER, MALFORMED, BUSY -> throw e;
      }
    }
    node.noteChange(seen);
  }

  private void any(List<Entry> entries) {
    int choice = world.random.nextInt(20 + world.swarm.moves());
    if (entries.size() < 2 || (choice < 4 && entries.size() < world.swarm.files() * 2)) {
      create(entries);
      return;
    }
    Entry entry = entries.get(world.random.nextInt(entries.size()));
    switch (choice) {
      case 4, 5, 6, 7, 8, 9 -> edit(entry);
      case 10, 11, 12 -> rename(entry, entries);
      case 13, 14 -> remove(entry);
      case 15 -> link(entry, entries);
      case 16 -> attributes(entry);
      case 17 -> replica.versionDirectories(1 + world.random.nextInt(3));
      case 18 -> replica.sync();
      case 19 -> adopt(entry);
      default -> move(entries);
    }
  }

  private FileId directory(List<Entry> entries) {
    List<FileId> all = new ArrayList<>(List.of(FileId.ROOT));
    entries.stream()
        .filter(entry -> entry.type() == FileType.DIRECTORY)
        .forEach(entry -> all.add(entry.shown()));
    return all.get(world.random.nextInt(all.size()));
  }

  private EntryName name() {
    return EntryName.of(String.valueOf((char) ('a' + world.random.nextInt(world.swarm.files()))));
  }

  private void create(List<Entry> entries) {
    FileId in = directory(entries);
    EntryName name = name();
    FileId id = replica.newId();
    int kind = world.random.nextInt(10);
    int[] cells = new int[kind < 6 ? world.random.nextInt(4) : 0];
    Arrays.fill(cells, world.freshCell());
    NewContent content =
        switch (kind) {
          case 7, 8 -> new NewContent.Directory();
          case 9 -> new NewContent.Symlink(Bytes.of(new byte[] {(byte) world.freshCell()}));
          default ->
              new NewContent.Regular(cells.length, cells.length == 0 ? null : SimNode.hash(cells));
        };
    if (content instanceof NewContent.Regular) {
      node.putBytes(id, cells);
    }
    try {
      replica.create(id, in, name, content, AttrsChange.owned(0644, 1, 1), 0);
    } catch (ReplicaException e) {
      node.dropBytes(id);
      throw e;
    }
    world.tell("%s made %s %s in %s as %s", node.name, content.type().name(), name, in, id);
  }

  private void edit(Entry entry) {
    int[] old = node.bytes(entry.shown());
    if (entry.type() != FileType.REGULAR || old == null) {
      return;
    }
    int size = world.onceIn(3) ? world.random.nextInt(LARGEST) : old.length;
    int[] cells = Arrays.copyOf(old, size);
    List<ByteRange> written = new ArrayList<>();
    List<ByteRange> holes = new ArrayList<>();
    if (size > 0) {
      ByteRange range = range(size);
      boolean hole = world.onceIn(6);
      Arrays.fill(cells, (int) range.offset(), (int) range.end(), hole ? 0 : world.freshCell());
      (hole ? holes : written).add(range);
    }
    Bytes hash = size == 0 ? null : SimNode.hash(cells);
    Timestamp now = Timestamp.of(node.instant());
    // What was written is on disk and acknowledged before its version is made: never refused.
    node.putBytes(entry.shown(), cells);
    Change change;
    try {
      change = replica.version(entry.shown(), size, now, holes, written, hash, true, 0);
    } catch (ReplicaException e) {
      throw new Violation("nothing lost", node + " cannot keep a write to " + entry + ": " + e);
    }
    world.tell("%s edited %s %s: %s", node.name, entry.name(), change.id(), Arrays.toString(cells));
  }

  private ByteRange range(int size) {
    int start = world.random.nextInt(size);
    return ByteRange.between(start, start + 1L + world.random.nextInt(size - start));
  }

  private void rename(Entry entry, List<Entry> entries) {
    FileId to = directory(entries);
    EntryName name = name();
    Change change = replica.rename(entry.directory(), entry.name(), to, name, 0);
    gone(change);
    world.tell("%s renamed %s %s to %s in %s", node.name, entry.name(), entry.shown(), name, to);
  }

  private void move(List<Entry> entries) {
    List<Entry> directories =
        entries.stream().filter(entry -> entry.type() == FileType.DIRECTORY).toList();
    if (!directories.isEmpty()) {
      rename(directories.get(world.random.nextInt(directories.size())), entries);
    }
  }

  private void remove(Entry entry) {
    boolean directory = entry.type() == FileType.DIRECTORY;
    gone(
        directory
            ? replica.rmdir(entry.directory(), entry.name(), 0)
            : replica.unlink(entry.directory(), entry.name(), 0));
    world.tell("%s removed %s %s", node.name, entry.name(), entry.shown());
  }

  private void gone(Change change) {
    FileId gone = change.gone();
    if (gone != null) {
      node.dropBytes(gone);
    }
  }

  private void link(Entry entry, List<Entry> entries) {
    FileId in = directory(entries);
    EntryName name = name();
    replica.link(entry.shown(), in, name, 0);
    world.tell("%s linked %s as %s in %s", node.name, entry.shown(), name, in);
  }

  private void attributes(Entry entry) {
    Timestamp old = Timestamp.of(Instant.EPOCH.plusSeconds(world.random.nextInt(1_000_000)));
    Integer mode = world.random.nextInt(0777);
    replica.setAttrs(
        entry.shown(),
        new AttrsChange(mode, null, null, null, world.onceIn(2) ? old : null, new TreeMap<>()),
        0);
    world.tell("%s set mode %d of %s", node.name, mode, entry.shown());
  }

  private void adopt(Entry entry) {
    List<ConflictCopy> conflicts = world.merges ? replica.conflicts(10) : List.of();
    if (!conflicts.isEmpty()) {
      merge(conflicts.get(world.random.nextInt(conflicts.size())));
    } else if (entry.isSibling()) {
      replica.adoptSibling(entry.shown(), 0);
      world.tell("%s made sibling %s a file", node.name, entry.shown());
    }
  }

  /** What the zone does by itself for files that are merged, if both contents are here. */
  private void merge(ConflictCopy copy) {
    Entry named = copy.original();
    Entry other = copy.entry();
    Dot one = named.content();
    Dot two = other.content();
    boolean usual = !named.equals(other) && !named.isConflict() && !named.isSibling();
    boolean pair = !other.isSibling() || other.source().equals(named.source());
    if (!usual || !pair || one == null || two == null || !shows(named) || !shows(other)) {
      return;
    }
    int[] cells = {world.mergedCell(one, two)};
    Bytes none = Bytes.of(new byte[0]);
    MergedContent merged =
        new MergedContent(
            named.source(),
            one,
            other.source(),
            two,
            cells.length,
            Timestamp.of(node.instant()),
            SimNode.hash(cells),
            none,
            none);
    Change change = replica.merge(merged);
    node.putMerged(change.dots().getFirst(), named.source(), cells);
    world.tell("%s merged %s and %s into %s", node.name, one, two, change.dots().getFirst());
  }

  /** Whether what an entry shows is held, and still what its file has. */
  private boolean shows(Entry entry) {
    Inode inode = replica.inode(entry.source());
    Content.Regular held = replica.held(entry.shown());
    Dot dot = entry.content();
    return inode != null
        && held != null
        && dot != null
        && node.bytes(entry.shown()) != null
        && inode.content(dot) instanceof Content.Regular now
        && now.sameBytes(held);
  }

  /** Whether a content has its bytes in the registers. */
  static boolean carriesItself(Content content) {
    return !(content instanceof Content.Regular);
  }
}
