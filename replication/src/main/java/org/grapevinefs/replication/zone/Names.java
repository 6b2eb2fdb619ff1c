// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.NewContent;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Trace;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.ZoneTree;
import org.jspecify.annotations.Nullable;

/**
 * The names of a zone: made, moved and removed under the zone's lock. Each operation writes down
 * what it is about to do, does it on the disk, and then changes the index in one batch that also
 * strikes the note out: a crash in between leaves a note from which the start goes on.
 */
final class Names {

  private static final int MAX_TARGET = 4_095;
  private static final int MAX_PAGE = 65_536;

  private final ZoneState zone;
  private final Versions versions;
  private final Intents intents;
  private final Tracer tracer;

  Names(ZoneState zone, Versions versions, Intents intents) {
    this.zone = zone;
    this.versions = versions;
    this.intents = intents;
    this.tracer = new Tracer(zone);
  }

  private Shown shownOf(Entry entry) throws ZoneException {
    return zone.shown(entry.shown());
  }

  private Entry entry(FileId directory, EntryName name) throws ZoneException {
    Entry entry = zone.replica.lookup(directory, name);
    return entry != null ? entry : formerly(directory, name);
  }

  private Entry formerly(FileId directory, EntryName name) throws ZoneException {
    Entry moved = zone.formerNames.had(directory, name);
    if (moved != null) {
      Entry there = zone.replica.lookup(moved.directory(), moved.name());
      if (there != null && there.shown().equals(moved.shown())) {
        return there;
      }
    }
    throw new ZoneException(ZoneError.NOENT);
  }

  Attributes lookup(Caller caller, FileId directory, EntryName name) throws ZoneException {
    Permissions.requireSearch(caller, zone.shown(directory));
    return zone.attributes(entry(directory, name).shown());
  }

  Attributes parent(Caller caller, FileId directory) throws ZoneException {
    Shown shown = zone.shown(directory);
    Permissions.requireSearch(caller, shown);
    List<Entry> placed = zone.replica.placed(directory);
    if (directory.equals(FileId.ROOT)) {
      throw new ZoneException(ZoneError.NOENT);
    }
    if (placed.isEmpty()) {
      throw new ZoneException(ZoneError.STALE);
    }
    return zone.attributes(placed.getFirst().directory());
  }

  DirectoryPage readdir(Caller caller, FileId directory, long cookie, int most)
      throws ZoneException {
    Shown shown = zone.shown(directory);
    Permissions.requireDirectory(shown);
    Permissions.require(caller, shown, Permissions.READ);
    if (cookie < 0 || most < 1) {
      throw new ZoneException(ZoneError.BAD_COOKIE);
    }
    int wanted = Math.min(most, MAX_PAGE);
    List<Entry> found = zone.replica.children(directory, cookie, wanted + 1);
    List<DirectoryPage.Entry> page = new ArrayList<>(Math.min(found.size(), wanted));
    for (Entry entry : found.subList(0, Math.min(wanted, found.size()))) {
      Attributes child = zone.attributesIfThere(entry.shown());
      if (child != null) {
        page.add(new DirectoryPage.Entry(entry.name(), entry.cookie(), child));
      }
    }
    return new DirectoryPage(page, found.size() <= wanted);
  }

  byte[] readlink(FileId link) throws ZoneException {
    Shown shown = zone.shown(link);
    if (shown.content() instanceof Content.Symlink symlink) {
      return symlink.target().toArray();
    }
    throw new ZoneException(ZoneError.INVAL);
  }

  /**
   * Runs a change of names under the zone's lock, and brings it to disk after if that was asked
   * for.
   */
  private <T> T changing(boolean fresh, ZoneState.Work<T> work) throws ZoneException {
    T result = zone.locked(work);
    versions.nameChanged(fresh);
    return result;
  }

  Created create(
      Caller caller, FileId directory, EntryName name, CreateMode mode, SetAttributes set)
      throws ZoneException {
    return changing(
        true,
        () -> {
          Shown parent = zone.shown(directory);
          Permissions.requireSearch(caller, parent);
          Entry taken = zone.replica.lookup(directory, name);
          if (taken != null) {
            return found(caller, parent, shownOf(taken), mode);
          }
          return make(caller, parent, name, NewContent.empty(), set, mode);
        });
  }

  /** What a create finds under its name; whether the file may be used is for the open to check. */
  private Created found(Caller caller, Shown parent, Shown shown, CreateMode mode)
      throws ZoneException {
    DirectoryChange unchanged = new DirectoryChange(parent.change(), parent.change());
    boolean ours =
        switch (mode) {
          case CreateMode.Unchecked unchecked -> true;
          case CreateMode.Guarded guarded -> false;
          case CreateMode.Exclusive exclusive ->
              Objects.equals(
                  NewAttrs.verifier(exclusive.verifier()), shown.xattrs().get(NewAttrs.VERIFIER));
        };
    if (!ours) {
      throw new ZoneException(ZoneError.EXIST);
    }
    if (shown.type() == FileType.DIRECTORY) {
      throw new ZoneException(ZoneError.ISDIR);
    }
    if (shown.type() == FileType.SYMLINK) {
      throw new ZoneException(ZoneError.SYMLINK);
    }
    if (caller.readOnly() && mode instanceof CreateMode.Exclusive) {
      throw new ZoneException(ZoneError.ROFS);
    }
    return new Created(zone.attributes(shown.id()), unchanged, false);
  }

  Created makeNew(
      Caller caller, FileId directory, EntryName name, NewContent content, SetAttributes set)
      throws ZoneException {
    if (content instanceof NewContent.Symlink link
        && (link.target().length() == 0 || link.target().length() > MAX_TARGET)) {
      throw new ZoneException(
          link.target().length() == 0 ? ZoneError.INVAL : ZoneError.NAMETOOLONG);
    }
    return changing(
        true,
        () -> {
          Shown parent = zone.shown(directory);
          Permissions.requireSearch(caller, parent);
          if (zone.replica.lookup(directory, name) != null) {
            throw new ZoneException(ZoneError.EXIST);
          }
          return make(caller, parent, name, content, set, new CreateMode.Guarded());
        });
  }

  private Created make(
      Caller caller,
      Shown parent,
      EntryName name,
      NewContent content,
      SetAttributes set,
      CreateMode mode)
      throws ZoneException, IOException {
    zone.requireWritable();
    Permissions.requireAdd(caller, parent);
    requireOrdinary(parent.id(), name);
    zone.requireRoom();
    AttrsChange attrs = NewAttrs.of(caller, parent, content.type(), set, mode, zone.now());
    FileId id = zone.ids.next();
    long intent = intents.making(parent.id(), name);
    Change change;
    OpenFile open = null;
    try (Directory directory = zone.directories.get(parent.id())) {
      try {
        open = onDisk(directory, name, content, attrs);
      } catch (IOException e) {
        intents.drop(intent);
        throw e;
      }
      change =
          noted(
              intent,
              parent.id(),
              name,
              open,
              () -> zone.replica.create(id, parent.id(), name, content, attrs, intent));
    }
    if (open != null) {
      keep(id, open);
    }
    zone.done(change);
    return new Created(zone.attributes(id), ZoneState.change(change, parent.id()), true);
  }

  /** Notes what was made on disk; what the index refuses is taken away there again. */
  private Change noted(
      long intent, FileId directory, EntryName name, @Nullable OpenFile made, Supplier<Change> note)
      throws IOException {
    try {
      return note.get();
    } catch (ReplicaException e) {
      if (made != null) {
        made.close();
      }
      intents.unmake(intent, directory, name);
      throw e;
    }
  }

  private void keep(FileId id, OpenFile open) throws IOException {
    // Nobody else knows the id yet, so its lock is free.
    try (OpenStates.Held held = zone.files.alone(id)) {
      held.state().nameUnsynced = true;
      held.state().keep(open);
    }
  }

  private static void requireOrdinary(FileId directory, EntryName name) throws ZoneException {
    if (directory.equals(FileId.ROOT) && name.equals(ZoneTree.WORKSHOP)) {
      throw new ZoneException(ZoneError.PERM, "a name that the volume needs");
    }
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }

  private static @Nullable OpenFile onDisk(
      Directory directory, EntryName name, NewContent content, AttrsChange attrs)
      throws IOException {
    int mode = or(attrs.mode(), 0600);
    int uid = or(attrs.uid(), 0);
    int gid = or(attrs.gid(), 0);
    switch (content) {
      case NewContent.Regular regular -> {
        OpenFile file = directory.createFile(name);
        lists(directory, name, content.type(), attrs);
        file.describe(mode, uid, gid);
        return file;
      }
      case NewContent.Directory made -> directory.createDirectory(name);
      case NewContent.Symlink link -> directory.createSymlink(name, link.target().toArray());
      case NewContent.Device device ->
          directory.createNode(name, device.type(), device.major(), device.minor());
      case NewContent.Special special -> directory.createNode(name, special.type(), 0, 0);
    }
    lists(directory, name, content.type(), attrs);
    directory.describe(name, content.type(), mode, uid, gid);
    return null;
  }

  /** The disk has a directory's default list too, and would go by a mode that is not the last. */
  private static void lists(Directory on, EntryName name, FileType type, AttrsChange attrs) {
    SortedMap<String, Bytes> xattrs = attrs.xattrs();
    if (xattrs != null && NewAttrs.hasLists(xattrs)) {
      on.setXattrs(name, type, xattrs, or(attrs.mode(), 0600));
    }
  }

  DirectoryChange link(Caller caller, FileId file, FileId directory, EntryName name)
      throws ZoneException {
    return changing(
        false,
        () -> {
          Shown parent = zone.shown(directory);
          Shown shown = zone.shown(file);
          if (shown.type() == FileType.DIRECTORY) {
            throw new ZoneException(ZoneError.ISDIR);
          }
          zone.requireWritable();
          Permissions.requireSearch(caller, parent);
          if (zone.replica.lookup(directory, name) != null) {
            throw new ZoneException(ZoneError.EXIST);
          }
          Permissions.requireAdd(caller, parent);
          requireOrdinary(directory, name);
          List<Entry> placed = zone.replica.placed(file);
          if (placed.isEmpty()) {
            throw new ZoneException(ZoneError.NOENT, "a file without a name gets none");
          }
          Entry old = placed.getFirst();
          long intent = intents.making(directory, name);
          try (Directory from = zone.directories.get(old.directory());
              Directory to = zone.directories.get(directory)) {
            to.link(from, old.name(), name);
          } catch (IOException e) {
            intents.drop(intent);
            throw e;
          }
          Change change =
              noted(
                  intent,
                  directory,
                  name,
                  null,
                  () -> zone.replica.link(file, directory, name, intent));
          zone.done(change);
          return ZoneState.change(change, directory);
        });
  }

  DirectoryChange remove(Caller caller, FileId directory, EntryName asked) throws ZoneException {
    return changing(
        false,
        () -> {
          Shown parent = zone.shown(directory);
          zone.requireWritable();
          Permissions.requireSearch(caller, parent);
          Entry entry = entry(directory, asked);
          EntryName name = entry.name();
          Shown shown = shownOf(entry);
          Permissions.requireRemove(caller, parent, shown);
          boolean isDirectory = shown.type() == FileType.DIRECTORY;
          if (isDirectory) {
            requireEmpty(entry.shown());
          }
          OpenState left = isDirectory ? null : lastName(entry, shown);
          long intent = intents.removing(directory, name);
          try (Directory on = zone.directories.get(directory)) {
            if (isDirectory) {
              on.removeDirectory(name);
            } else {
              on.unlink(name);
            }
          } catch (IOException e) {
            intents.drop(intent);
            revive(left);
            throw e;
          }
          if (isDirectory) {
            zone.directories.forget(entry.shown());
          }
          Change change =
              isDirectory
                  ? zone.replica.rmdir(directory, name, intent)
                  : zone.replica.unlink(directory, name, intent);
          gone(left);
          zone.done(change);
          return ZoneState.change(change, directory);
        });
  }

  private void requireEmpty(FileId directory) throws ZoneException {
    if (!zone.replica.children(directory, 0, 1).isEmpty()) {
      throw new ZoneException(ZoneError.NOTEMPTY);
    }
  }

  /** Keeps a file that is about to lose its last name, if someone has it open or at work. */
  private @Nullable OpenState lastName(Entry entry, Shown shown) throws IOException {
    if (zone.replica.placed(entry.shown()).size() > 1) {
      return null;
    }
    OpenState state = zone.files.find(entry.shown());
    if (state == null) {
      return null;
    }
    if (state.isOpen() && shown.type() == FileType.REGULAR) {
      zone.open(state).close();
    }
    state.gone = shown;
    return state;
  }

  private void revive(@Nullable OpenState state) {
    if (state != null) {
      state.gone = null;
    }
  }

  private void gone(@Nullable OpenState state) throws IOException {
    if (state == null) {
      return;
    }
    DirtyContent dirty = state.dirty;
    if (dirty != null) {
      zone.growth.addAndGet(dirty.sizeBefore - dirty.size);
    }
    zone.unsynced.remove(state.id);
    if (!state.isOpen()) {
      zone.files.release(state, true);
    }
  }

  Renamed rename(Caller caller, FileId from, EntryName oldName, FileId to, EntryName newName)
      throws ZoneException {
    return changing(
        false,
        () -> {
          Shown fromShown = zone.shown(from);
          Shown toShown = zone.shown(to);
          zone.requireWritable();
          Permissions.requireSearch(caller, fromShown);
          Permissions.requireSearch(caller, toShown);
          Entry entry = entry(from, oldName);
          Shown moved = shownOf(entry);
          Permissions.requireRemove(caller, fromShown, moved);
          Entry over = zone.replica.lookup(to, newName);
          boolean same = over != null && over.shown().equals(entry.shown());
          if (same) {
            return new Renamed(unchanged(fromShown), unchanged(toShown));
          }
          requireMove(caller, fromShown, toShown, moved, over);
          requireOrdinary(to, newName);
          return move(entry, fromShown, toShown, newName, over);
        });
  }

  private static DirectoryChange unchanged(Shown directory) {
    return new DirectoryChange(directory.change(), directory.change());
  }

  private void requireMove(Caller caller, Shown from, Shown to, Shown moved, @Nullable Entry over)
      throws ZoneException {
    boolean isDirectory = moved.type() == FileType.DIRECTORY;
    if (isDirectory && !from.id().equals(to.id())) {
      // Its ".." changes with it.
      Permissions.require(caller, moved, Permissions.WRITE);
      requireOutside(moved.id(), to.id());
    }
    if (over == null) {
      Permissions.requireAdd(caller, to);
      return;
    }
    Shown target = shownOf(over);
    Permissions.requireRemove(caller, to, target);
    boolean overDirectory = target.type() == FileType.DIRECTORY;
    if (isDirectory && !overDirectory) {
      throw new ZoneException(ZoneError.NOTDIR);
    }
    if (!isDirectory && overDirectory) {
      throw new ZoneException(ZoneError.ISDIR);
    }
    if (overDirectory) {
      requireEmpty(target.id());
    }
  }

  private void requireOutside(FileId moved, FileId into) throws ZoneException {
    FileId at = into;
    while (!at.equals(FileId.ROOT)) {
      if (at.equals(moved)) {
        throw new ZoneException(ZoneError.INVAL);
      }
      List<Entry> placed = zone.replica.placed(at);
      if (placed.isEmpty()) {
        throw new ZoneException(ZoneError.STALE);
      }
      at = placed.getFirst().directory();
    }
  }

  private Renamed move(Entry entry, Shown from, Shown to, EntryName newName, @Nullable Entry over)
      throws ZoneException, IOException {
    OpenState left = null;
    if (over != null && over.type() != FileType.DIRECTORY) {
      left = lastName(over, shownOf(over));
    }
    Trace trace = over == null ? Trace.NONE : tracer.replacing(over, newName);
    long intent = intents.moving(from.id(), entry.name(), to.id(), newName);
    try (Directory source = zone.directories.get(from.id());
        Directory target = zone.directories.get(to.id())) {
      if (over == null) {
        target.moveHereIfFree(source, entry.name(), newName);
      } else {
        target.moveHere(source, entry.name(), newName);
      }
    } catch (IOException e) {
      intents.drop(intent);
      revive(left);
      throw e;
    }
    if (over != null && over.type() == FileType.DIRECTORY) {
      zone.directories.forget(over.shown());
    }
    Change change = zone.replica.rename(from.id(), entry.name(), to.id(), newName, trace, intent);
    gone(left);
    zone.done(change);
    return new Renamed(ZoneState.change(change, from.id()), ZoneState.change(change, to.id()));
  }
}
