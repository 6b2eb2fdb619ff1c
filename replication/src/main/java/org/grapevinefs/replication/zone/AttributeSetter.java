// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.Directory;
import org.jspecify.annotations.Nullable;

/** Attributes, set in the index, which is the truth, and on the disk as far as it goes. */
final class AttributeSetter {

  private static final int MAX_XATTR_VALUE = 65_536;
  private static final int MAX_XATTRS_BYTES = 262_144;
  private static final int MAX_XATTR_NAME = 255;

  private final ZoneState zone;
  private final Versions versions;
  private final FileBytes bytes;

  AttributeSetter(ZoneState zone, Versions versions, FileBytes bytes) {
    this.zone = zone;
    this.versions = versions;
    this.bytes = bytes;
  }

  Attributes set(Caller caller, FileId file, SetAttributes set) throws ZoneException {
    Shown shown = zone.shown(file);
    Permissions.requireSet(caller, shown, set);
    zone.requireWritable();
    Long size = set.size();
    if (size != null && FileBytes.setsSize(set, shown)) {
      bytes.resize(caller, file, size);
    }
    if (set.modified() != null) {
      versionFirst(file);
    }
    return zone.locked(() -> {
      Shown now = zone.shown(file);
      AttrsChange change = change(caller, now, set);
      if (change != null && zone.find(file) != null) {
        Change done = zone.replica.setAttrs(file, change, 0);
        zone.done(done);
        apply(zone.shown(file), set);
        versions.touched();
      }
      return zone.attributes(file);
    });
  }

  /** A time given holds from now on, so what was written before must have its version before. */
  private void versionFirst(FileId file) throws ZoneException {
    OpenState state = zone.files.find(file);
    if (state != null && state.dirty != null) {
      zone.inWords(() -> {
        try (OpenStates.Held held = zone.files.alone(file)) {
          versions.make(held.state());
        }
        return file;
      });
    }
  }

  private @Nullable AttrsChange change(Caller caller, Shown shown, SetAttributes set) {
    Timestamp accessed = time(set.accessed());
    Timestamp modified = time(set.modified());
    int mode = Permissions.modeAfterSet(caller, shown, set);
    boolean sameMode = mode == shown.mode() && set.mode() == null;
    boolean nothing =
        sameMode && set.uid() == null && set.gid() == null && accessed == null && modified == null;
    return nothing
        ? null
        : new AttrsChange(sameMode ? null : mode, set.uid(), set.gid(), accessed, modified, null);
  }

  private @Nullable Timestamp time(@Nullable SetTime time) {
    return switch (time) {
      case null -> null;
      case SetTime.Now now -> zone.now();
      case SetTime.Given given -> given.time();
    };
  }

  private void apply(Shown shown, SetAttributes set) throws IOException {
    boolean times = set.accessed() != null || set.modified() != null;
    boolean describes = set.mode() != null || set.uid() != null || set.gid() != null;
    if (shown.id().equals(FileId.ROOT)) {
      apply(zone.tree.root(), shown, describes, times);
      return;
    }
    List<Entry> placed = zone.replica.placed(shown.id());
    if (placed.isEmpty()) {
      return;
    }
    Entry entry = placed.getFirst();
    try (Directory directory = zone.directories.get(entry.directory())) {
      if (describes) {
        directory.describe(entry.name(), shown.type(), shown.mode(), shown.uid(), shown.gid());
      }
      if (times) {
        directory.setTimes(entry.name(), shown.accessed(), shown.modified());
      }
    }
  }

  private static void apply(Directory root, Shown shown, boolean describes, boolean times)
      throws IOException {
    if (describes) {
      root.describe(shown.mode(), shown.uid(), shown.gid());
    }
    if (times) {
      root.setTimes(shown.accessed(), shown.modified());
    }
  }

  byte[] xattr(Caller caller, FileId file, String name) throws ZoneException {
    Shown shown = zone.shown(file);
    Permissions.requireBytesRead(caller, shown);
    Bytes value = hidden(name) ? null : shown.xattrs().get(name);
    if (value == null) {
      throw new ZoneException(ZoneError.NOXATTR);
    }
    return value.toArray();
  }

  List<String> xattrs(Caller caller, FileId file) throws ZoneException {
    Shown shown = zone.shown(file);
    List<String> names = new ArrayList<>(shown.xattrs().keySet());
    names.removeIf(AttributeSetter::hidden);
    return names;
  }

  private static boolean hidden(String name) {
    return name.startsWith("\0");
  }

  DirectoryChange setXattr(Caller caller, FileId file, String name, byte[] value, XattrMode mode)
      throws ZoneException {
    if (value.length > MAX_XATTR_VALUE) {
      throw new ZoneException(ZoneError.XATTR2BIG);
    }
    boolean badName = name.isEmpty() || hidden(name) || name.length() > MAX_XATTR_NAME;
    if (badName) {
      throw new ZoneException(ZoneError.INVAL);
    }
    return changeXattrs(
        caller,
        file,
        xattrs -> {
          boolean there = xattrs.containsKey(name);
          if (there && mode == XattrMode.CREATE) {
            throw new ZoneException(ZoneError.EXIST);
          }
          if (!there && mode == XattrMode.REPLACE) {
            throw new ZoneException(ZoneError.NOXATTR);
          }
          xattrs.put(name, Bytes.of(value));
          requireRoomFor(xattrs);
        });
  }

  DirectoryChange removeXattr(Caller caller, FileId file, String name) throws ZoneException {
    return changeXattrs(
        caller,
        file,
        xattrs -> {
          if (hidden(name) || xattrs.remove(name) == null) {
            throw new ZoneException(ZoneError.NOXATTR);
          }
        });
  }

  FileAcls acls(FileId file) throws ZoneException {
    Shown shown = zone.shown(file);
    AccessControlList access = AccessControlList.access(shown.xattrs(), shown.mode());
    return new FileAcls(
        access == null ? AccessControlList.of(shown.mode()) : access,
        AccessControlList.defaults(shown.xattrs()));
  }

  Attributes setAcls(Caller caller, FileId file, SetAcls set) throws ZoneException {
    Permissions.requireSetAcls(caller, zone.shown(file), set);
    zone.requireWritable();
    return zone.locked(() -> {
      Shown shown = zone.shown(file);
      Permissions.requireSetAcls(caller, shown, set);
      TreeMap<String, Bytes> xattrs = new TreeMap<>(shown.xattrs());
      int mode = shown.mode();
      switch (set.access()) {
        case null -> {}
        case SetAcls.Choice.None none -> xattrs.remove(AccessControlList.ACCESS);
        case SetAcls.Choice.Given given -> {
          given.list().putAccess(xattrs);
          // What is so already takes no bit away: a client of version 3 gives what it makes the
          // list that it was made with.
          boolean same = xattrs.equals(shown.xattrs()) && given.list().mode() == (mode & 0777);
          mode = same ? mode : Permissions.modeAfterAcl(caller, shown, given.list());
        }
      }
      switch (set.defaults()) {
        case null -> {}
        case SetAcls.Choice.None none -> xattrs.remove(AccessControlList.DEFAULT);
        case SetAcls.Choice.Given given ->
            xattrs.put(AccessControlList.DEFAULT, given.list().encode());
      }
      boolean nothing = mode == shown.mode() && xattrs.equals(shown.xattrs());
      if (!nothing && zone.find(file) != null) {
        requireRoomFor(xattrs);
        AttrsChange change = new AttrsChange(mode, null, null, null, null, xattrs);
        zone.done(zone.replica.setAttrs(file, change, 0));
        Shown now = zone.shown(file);
        xattrsOnDisk(now);
        apply(now, SetAttributes.mode(mode));
        versions.touched();
      }
      return zone.attributes(file);
    });
  }

  private static void requireRoomFor(SortedMap<String, Bytes> xattrs) throws ZoneException {
    if (xattrs.values().stream().mapToInt(Bytes::length).sum() > MAX_XATTRS_BYTES) {
      throw new ZoneException(ZoneError.NOSPC);
    }
  }

  /** So that they are there without this program; the index is what counts. */
  private void xattrsOnDisk(Shown shown) throws IOException {
    if (shown.id().equals(FileId.ROOT)) {
      zone.tree.root().setXattrs(shown.xattrs(), shown.mode());
      return;
    }
    List<Entry> placed = zone.replica.placed(shown.id());
    if (!placed.isEmpty()) {
      Entry entry = placed.getFirst();
      try (Directory directory = zone.directories.get(entry.directory())) {
        directory.setXattrs(entry.name(), shown.type(), shown.xattrs(), shown.mode());
      }
    }
  }

  /** A change of a file's extended attributes. */
  @FunctionalInterface
  private interface XattrChange {
    void apply(SortedMap<String, Bytes> xattrs) throws ZoneException;
  }

  private DirectoryChange changeXattrs(Caller caller, FileId file, XattrChange change)
      throws ZoneException {
    zone.requireWritable();
    return zone.locked(() -> {
      Shown shown = zone.shown(file);
      boolean kept = shown.type() == FileType.REGULAR || shown.type() == FileType.DIRECTORY;
      if (!kept) {
        throw new ZoneException(ZoneError.PERM);
      }
      Permissions.requireBytesWrite(caller, shown);
      TreeMap<String, Bytes> xattrs = new TreeMap<>(shown.xattrs());
      change.apply(xattrs);
      Change done = zone.replica.setAttrs(file, AttrsChange.xattrs(xattrs), 0);
      zone.done(done);
      xattrsOnDisk(zone.shown(file));
      versions.touched();
      return ZoneState.change(done, file);
    });
  }
}
