// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.Trace;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.DiskEntry;
import org.grapevinefs.replication.volume.FileStat;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start after a crash: what was under way is finished or undone, and what was written gets its
 * version.
 */
final class Recovery {

  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final String ASIDE = "aside-";

  private final ZoneState zone;
  private final Intents intents;
  private final Staging staging;

  Recovery(ZoneState zone, Intents intents, Staging staging) {
    this.zone = zone;
    this.intents = intents;
    this.staging = staging;
  }

  void run() throws IOException {
    zone.lock.lock();
    try {
      backFromAside();
      intents.recover();
      staging.sweep();
      backToTheShelf();
      for (FileId id : zone.replica.dirty(Integer.MAX_VALUE)) {
        Inode inode = zone.replica.inode(id);
        boolean directory = inode != null && inode.type() == FileType.DIRECTORY;
        if (!directory) {
          version(id);
        }
      }
    } finally {
      zone.lock.unlock();
    }
  }

  /** What stepped aside, though the index has it still under its name, goes back. */
  private void backFromAside() throws IOException {
    Directory workshop = zone.tree.workshop();
    for (DiskEntry entry : workshop.list()) {
      EntryName name = EntryName.of(entry.name());
      if (!name.toString().startsWith(ASIDE)) {
        continue;
      }
      FileId shown = shown(name);
      List<Entry> placed = zone.replica.placed(shown);
      if (placed.isEmpty() || !zone.directories.isThere(placed.getFirst().directory())) {
        staging.putAside(shown);
        continue;
      }
      Entry back = placed.getFirst();
      try (Directory directory = zone.directories.get(back.directory())) {
        if (directory.stat(back.name()).isEmpty()) {
          directory.moveHere(workshop, name, back.name());
        }
      }
    }
  }

  /**
   * Merged contents that were on disk and not yet shown: nobody else has them. One of which the
   * index does not know was never told of.
   */
  private void backToTheShelf() throws IOException {
    Directory workshop = zone.tree.workshop();
    for (DiskEntry entry : workshop.list()) {
      EntryName name = EntryName.of(entry.name());
      if (!name.toString().startsWith(Staging.MERGED)) {
        continue;
      }
      FileId into = id(name.toString().substring(Staging.MERGED.length()));
      Content.Regular content = null;
      try (OpenFile file = workshop.readOnlyFile(name)) {
        content = contentOf(into, file);
      }
      if (content == null) {
        staging.remove(name);
      } else {
        staging.put(new Staging.Key(into, content.dot()), name);
      }
    }
  }

  private Content.@Nullable Regular contentOf(FileId into, OpenFile file) throws IOException {
    Inode inode = zone.replica.inode(into);
    long size = file.stat().size();
    Bytes hash = Scanner.hash(file, size);
    for (Content content : inode == null ? List.<Content>of() : inode.contents()) {
      if (content instanceof Content.Regular regular
          && regular.size() == size
          && (size == 0 || hash != null)
          && Objects.equals(regular.hash(), hash)
          && !regular.equals(zone.replica.held(into))) {
        return regular;
      }
    }
    return null;
  }

  private static FileId id(String name) {
    return FileId.of(java.util.HexFormat.of().parseHex(name.substring(0, 2 * FileId.BYTES)));
  }

  private static FileId shown(EntryName aside) {
    String hex = aside.toString().substring(ASIDE.length());
    return FileId.of(java.util.HexFormat.of().parseHex(hex));
  }

  /** Makes a version of a file of which nobody knows any more what was written. */
  private void version(FileId id) throws IOException {
    try (OpenFile file = zone.directories.file(id)) {
      FileStat stat = file.stat();
      Content.Regular held = zone.replica.held(id);
      Bytes hash = Scanner.hash(file, stat.size());
      boolean same =
          held != null
              && held.size() == stat.size()
              && hash != null
              && Objects.equals(hash, held.hash());
      if (same || (held != null && held.size() == 0 && stat.size() == 0)) {
        zone.replica.markDirty(id, false);
        return;
      }
      List<ByteRange> all = stat.size() == 0 ? List.of() : List.of(new ByteRange(0, stat.size()));
      Trace trace = new Tracer(zone).trace(id, null);
      zone.replica.version(id, stat.size(), stat.modified(), List.of(), all, hash, true, trace, 0);
    } catch (IOException | ReplicaException e) {
      LOG.warn("zone {}: {} was written to and cannot be read: {}", zone.name, id, e.toString());
      if (zone.replica.placed(id).isEmpty()) {
        zone.replica.markDirty(id, false);
      }
    }
  }
}
