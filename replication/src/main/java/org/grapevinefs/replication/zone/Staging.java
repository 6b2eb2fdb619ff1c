// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.DiskEntry;
import org.grapevinefs.replication.volume.ZoneTree;
import org.jspecify.annotations.Nullable;

/**
 * The workshop's shelves: contents being built, contents ready to show, and what is put aside for a
 * moment.
 */
final class Staging {

  /** How the name of a merged content begins; the id of its file follows. */
  static final String MERGED = "m-";

  private static final int MANY = 16_384;

  private final ZoneTree tree;
  private final Map<Key, EntryName> ready = new ConcurrentHashMap<>();
  private final Map<Dot, Key> byContent = new ConcurrentHashMap<>();
  private final AtomicLong buildings = new AtomicLong();
  private final Set<FileId> asides = ConcurrentHashMap.newKeySet();

  Staging(ZoneTree tree) {
    this.tree = tree;
  }

  /** A content, under the id that it will show as. */
  record Key(FileId shown, Dot content) {}

  /**
   * A name for one building of a content. Each building has its own: two may go on at once, and one
   * must never put the other's unfinished file on the shelf.
   */
  EntryName fresh(Key key) {
    Dot content = key.content();
    return EntryName.of(
        "c-"
            + key.shown()
            + "-"
            + Long.toHexString(content.origin().value())
            + "-"
            + Long.toHexString(content.seq())
            + "-"
            + Long.toHexString(buildings.incrementAndGet()));
  }

  /** A name for a merged content, which nobody else has: a crash must not sweep it out. */
  EntryName merged(FileId into) {
    return EntryName.of(MERGED + into + "-" + Long.toHexString(buildings.incrementAndGet()));
  }

  /** Remembers what waits in the workshop without a name in the tree. */
  void putAside(FileId shown) {
    asides.add(shown);
  }

  /** Whether something waits there, asked once. */
  boolean takeAside(FileId shown) {
    return asides.remove(shown);
  }

  /** Where an entry waits while another takes its name. */
  static EntryName aside(FileId shown) {
    return EntryName.of("aside-" + shown);
  }

  /** Puts a whole, checked content on the shelf; one that is there already is as good. */
  void put(Key key, EntryName file) throws IOException {
    if (ready.putIfAbsent(key, file) != null) {
      remove(file);
    }
    byContent.put(key.content(), key);
  }

  /** Whether so many wait to be shown that others should not be fetched yet. */
  boolean isFull() {
    return ready.size() >= MANY;
  }

  boolean has(Key key) {
    return ready.containsKey(key);
  }

  /** The file of a content on the shelf. */
  @Nullable EntryName file(Key key) {
    return ready.get(key);
  }

  /** Under which id a content lies on the shelf; null if it does not. */
  @Nullable Key key(Dot content) {
    return byContent.get(content);
  }

  @Nullable EntryName take(Key key) {
    byContent.remove(key.content(), key);
    return ready.remove(key);
  }

  /** The contents on the shelf now. */
  List<Key> keys() {
    return List.copyOf(ready.keySet());
  }

  /** Throws a content away that nobody wants any more. */
  void discard(Key key) throws IOException {
    EntryName file = take(key);
    if (file != null) {
      remove(file);
    }
  }

  /** Removes a file from the workshop, if it is there. */
  void remove(EntryName name) throws IOException {
    tree.removeFromWorkshop(name);
  }

  /** Sweeps out what a crash left half built; what was put aside stays for the settler. */
  void sweep() throws IOException {
    Directory workshop = tree.workshop();
    for (DiskEntry entry : workshop.list()) {
      if (entry.name().length > 1 && entry.name()[0] == 'c' && entry.name()[1] == '-') {
        workshop.unlink(EntryName.of(entry.name()));
      }
    }
    tree.tidy();
  }

  boolean isIdle() {
    return ready.isEmpty();
  }
}
