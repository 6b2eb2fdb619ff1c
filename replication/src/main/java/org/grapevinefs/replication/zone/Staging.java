// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.DiskEntry;
import org.grapevinefs.replication.volume.PosixException;
import org.grapevinefs.replication.volume.ZoneTree;
import org.jspecify.annotations.Nullable;

/**
 * The workshop's shelves: contents being built, contents ready to show, and what is put aside for a
 * moment.
 */
final class Staging {

  private final ZoneTree tree;
  private final Map<Key, EntryName> ready = new ConcurrentHashMap<>();

  Staging(ZoneTree tree) {
    this.tree = tree;
  }

  /** A content, under the id that it will show as. */
  record Key(FileId shown, Dot content) {
    EntryName name() {
      return EntryName.of(
          "c-"
              + shown
              + "-"
              + Long.toHexString(content.origin().value())
              + "-"
              + Long.toHexString(content.seq()));
    }
  }

  /** Where an entry waits while another takes its name. */
  static EntryName aside(FileId shown) {
    return EntryName.of("aside-" + shown);
  }

  void put(Key key) {
    ready.put(key, key.name());
  }

  boolean has(Key key) {
    return ready.containsKey(key);
  }

  @Nullable EntryName take(Key key) {
    return ready.remove(key);
  }

  /** Throws a content away. */
  void discard(Key key) throws IOException {
    ready.remove(key);
    remove(key.name());
  }

  private void remove(EntryName name) throws IOException {
    try {
      tree.workshop().unlink(name);
    } catch (PosixException e) {
      if (e.errno() != PosixException.ENOENT) {
        throw e;
      }
    }
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
