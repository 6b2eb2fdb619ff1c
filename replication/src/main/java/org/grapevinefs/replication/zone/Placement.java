// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.SettlePlan;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * The disk's part of a settle plan. Under the zone's lock; each step may be found done already,
 * since a crash may have come between it and its note in the index.
 */
final class Placement {

  private final ZoneState zone;
  private final Staging staging;

  Placement(ZoneState zone, Staging staging) {
    this.zone = zone;
    this.staging = staging;
  }

  void carryOut(SettlePlan plan, Map<FileId, Content.Regular> fresh) throws IOException {
    Map<FileId, List<Entry>> want = byShown(plan.want());
    Map<FileId, List<Entry>> have = byShown(plan.have());
    if (plan.type() == FileType.DIRECTORY) {
      directory(plan);
      return;
    }
    // Bytes that must change their name step aside first, so that no name is in another's way.
    for (Map.Entry<FileId, List<Entry>> one : have.entrySet()) {
      clear(one.getValue(), want.getOrDefault(one.getKey(), List.of()), fresh.get(one.getKey()));
    }
    for (Map.Entry<FileId, List<Entry>> one : want.entrySet()) {
      List<Entry> had = have.getOrDefault(one.getKey(), List.of());
      place(plan, one.getKey(), one.getValue(), had, fresh.get(one.getKey()));
    }
  }

  /** A file that is about to lose its last name stays readable for who has it open. */
  void lastName(FileId shown, @Nullable FileType type) throws IOException {
    OpenState state = zone.files.find(shown);
    if (state == null) {
      return;
    }
    Shown last = state.isOpen() ? zone.find(shown) : null;
    if (last != null && type == FileType.REGULAR) {
      zone.open(state).close();
      state.gone = last;
    } else {
      zone.files.release(state, true);
    }
  }

  private static Map<FileId, List<Entry>> byShown(List<Entry> entries) {
    Map<FileId, List<Entry>> map = new LinkedHashMap<>();
    entries.forEach(e -> map.computeIfAbsent(e.shown(), id -> new ArrayList<>()).add(e));
    return map;
  }

  private static boolean has(List<Entry> entries, Entry entry) {
    return entries.stream().anyMatch(other -> sameName(other, entry));
  }

  private static boolean sameName(Entry a, Entry b) {
    return a.directory().equals(b.directory()) && a.name().equals(b.name());
  }

  /** Takes away the names that a file is to lose, keeping its bytes if they are still needed. */
  private void clear(List<Entry> had, List<Entry> wanted, Content.@Nullable Regular fresh)
      throws IOException {
    boolean stays = had.stream().anyMatch(entry -> has(wanted, entry));
    boolean keep = fresh == null && !wanted.isEmpty() && !stays;
    for (Entry entry : had) {
      if (has(wanted, entry)) {
        continue;
      }
      if (keep) {
        aside(entry);
        keep = false;
      } else {
        unlink(entry);
      }
    }
  }

  /** Moves an entry out of the tree, into the workshop. */
  void aside(Entry entry) throws IOException {
    if (entry.type() == FileType.DIRECTORY) {
      // Once open it is found wherever it is.
      zone.directories.get(entry.shown()).close();
    }
    try (Directory from = zone.directories.get(entry.directory())) {
      zone.tree.workshop().moveHere(from, entry.name(), Staging.aside(entry.shown()));
      staging.putAside(entry.shown());
    } catch (PosixException e) {
      ignoreMissing(e);
    }
  }

  /** Throws away what waited and is wanted no more. */
  void dropAside(FileId shown) throws IOException {
    if (!staging.takeAside(shown)) {
      return;
    }
    Directory workshop = zone.tree.workshop();
    EntryName aside = Staging.aside(shown);
    var waiting = workshop.stat(aside);
    if (waiting.isEmpty()) {
      return;
    }
    if (waiting.get().type() == FileType.DIRECTORY) {
      workshop.removeDirectory(aside);
      zone.directories.forget(shown);
    } else {
      workshop.unlink(aside);
    }
  }

  private void unlink(Entry entry) throws IOException {
    try (Directory directory = zone.directories.get(entry.directory())) {
      directory.unlink(entry.name());
    } catch (PosixException e) {
      ignoreMissing(e);
    }
  }

  private static void ignoreMissing(PosixException e) throws PosixException {
    if (e.errno() != PosixException.ENOENT) {
      throw e;
    }
  }

  private void place(
      SettlePlan plan,
      FileId shown,
      List<Entry> wanted,
      List<Entry> had,
      Content.@Nullable Regular fresh)
      throws IOException {
    Entry anchor = wanted.getFirst();
    boolean replaced = false;
    if (fresh != null) {
      swapIn(shown, fresh.dot(), anchor);
      replaced = true;
    } else {
      Entry there = wanted.stream().filter(entry -> has(had, entry)).findFirst().orElse(null);
      if (there != null) {
        anchor = there;
      } else if (!backFromAside(shown, anchor) && !isThere(anchor)) {
        make(plan, anchor);
      }
    }
    for (Entry entry : wanted) {
      boolean itself = sameName(entry, anchor);
      if (!itself && (replaced || !has(had, entry))) {
        relink(anchor, entry);
      }
    }
  }

  private void swapIn(FileId shown, Dot content, Entry entry) throws IOException {
    EntryName staged = staging.take(new Staging.Key(shown, content));
    if (staged == null) {
      throw new IOException("the content of " + shown + " is not in the workshop");
    }
    try (Directory directory = zone.directories.get(entry.directory())) {
      directory.moveHere(zone.tree.workshop(), staged, entry.name());
    }
    OpenState state = zone.files.find(shown);
    if (state != null) {
      state.forget();
    }
  }

  /** Puts a file of the workshop in the place of one under all its names. */
  void replace(EntryName staged, List<Entry> entries) throws IOException {
    Entry anchor = entries.getFirst();
    try (Directory directory = zone.directories.get(anchor.directory())) {
      directory.moveHere(zone.tree.workshop(), staged, anchor.name());
    }
    for (Entry entry : entries.subList(1, entries.size())) {
      relink(anchor, entry);
    }
  }

  private boolean backFromAside(FileId shown, Entry entry) throws IOException {
    EntryName aside = Staging.aside(shown);
    Directory workshop = zone.tree.workshop();
    if (workshop.stat(aside).isEmpty()) {
      return false;
    }
    try (Directory directory = zone.directories.get(entry.directory())) {
      directory.moveHere(workshop, aside, entry.name());
    }
    staging.takeAside(shown);
    return true;
  }

  /** Whether a name has on disk what it should have: put there before a crash. */
  private boolean isThere(Entry entry) throws IOException {
    try (Directory directory = zone.directories.get(entry.directory())) {
      return directory.stat(entry.name()).filter(s -> s.type() == entry.type()).isPresent();
    }
  }

  private void relink(Entry anchor, Entry entry) throws IOException {
    try (Directory from = zone.directories.get(anchor.directory());
        Directory to = zone.directories.get(entry.directory())) {
      if (to.stat(entry.name()).isPresent()) {
        to.unlink(entry.name());
      }
      to.link(from, anchor.name(), entry.name());
    }
  }

  private void make(SettlePlan plan, Entry entry) throws IOException {
    Inode inode = zone.replica.inode(plan.id());
    Dot dot = entry.content();
    Content content = inode == null || dot == null ? null : inode.content(dot);
    if (content == null) {
      throw new IOException("nothing to make " + entry.name() + " of");
    }
    try (Directory directory = zone.directories.get(entry.directory())) {
      if (directory.stat(entry.name()).isPresent()) {
        directory.unlink(entry.name());
      }
      switch (content) {
        case Content.Symlink link -> directory.createSymlink(entry.name(), link.target().toArray());
        case Content.Device device ->
            directory.createNode(entry.name(), entry.type(), device.major(), device.minor());
        case Content.Special special -> directory.createNode(entry.name(), entry.type(), 0, 0);
        case Content.Regular regular ->
            throw new IOException("the bytes of " + entry.shown() + " are not here");
        case Content.Directory none -> throw new IOException("a directory among files");
      }
    }
  }

  private void directory(SettlePlan plan) throws IOException {
    Entry have = plan.have().isEmpty() ? null : plan.have().getFirst();
    if (plan.want().isEmpty()) {
      if (have != null) {
        removeDirectory(have);
      }
      return;
    }
    Entry want = plan.want().getFirst();
    if (have != null && sameName(have, want)) {
      return;
    }
    try (Directory to = zone.directories.get(want.directory())) {
      if (have != null) {
        try (Directory from = zone.directories.get(have.directory())) {
          to.moveHereIfFree(from, have.name(), want.name());
        } catch (PosixException e) {
          // Moved before a crash, and only the note of it is lacking.
          boolean done = e.errno() == PosixException.ENOENT && isThere(want);
          if (!done) {
            throw e;
          }
        }
      } else if (!backFromAside(plan.id(), want)) {
        makeDirectory(to, want);
      }
    }
  }

  private static void makeDirectory(Directory parent, Entry want) throws IOException {
    try {
      parent.createDirectory(want.name());
    } catch (PosixException e) {
      boolean there =
          e.errno() == PosixException.EEXIST
              && parent.stat(want.name()).orElseThrow().type() == FileType.DIRECTORY;
      if (!there) {
        throw e;
      }
    }
  }

  private void removeDirectory(Entry entry) throws IOException {
    try (Directory parent = zone.directories.get(entry.directory())) {
      parent.removeDirectory(entry.name());
    } catch (PosixException e) {
      ignoreMissing(e);
    }
    zone.directories.forget(entry.shown());
  }

  /** Gives entries the mode, owner and times of the index, as far as the disk takes them. */
  void describe(List<Entry> entries) throws IOException {
    for (Entry entry : entries) {
      describe(List.of(entry), zone.find(entry.shown()));
    }
  }

  /** The same for one file, of which this is what it looks like. */
  void describe(List<Entry> entries, @Nullable Shown shown) throws IOException {
    if (shown == null) {
      return;
    }
    for (Entry entry : entries) {
      try (Directory directory = zone.directories.get(entry.directory())) {
        directory.setXattrs(entry.name(), shown.type(), shown.xattrs(), shown.mode());
        directory.describe(entry.name(), shown.type(), shown.mode(), shown.uid(), shown.gid());
        directory.setTimes(entry.name(), shown.accessed(), shown.modified());
      } catch (PosixException e) {
        ignoreMissing(e);
      }
    }
  }
}
