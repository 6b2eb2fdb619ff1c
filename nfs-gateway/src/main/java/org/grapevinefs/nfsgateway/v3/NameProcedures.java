// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.ZoneException;

/** The making, linking, moving and removing of names (RFC 1813, sections 3.3.8 to 3.3.15). */
final class NameProcedures {

  private static final int MAX_TARGET_READ = 8192;
  private static final int LONGEST_TARGET = 4095;

  private NameProcedures() {}

  private static void answer(Request r, Request.File dir, Attributes before, Created created) {
    Request.File file = dir.sibling(created.attributes().id());
    r.handle(file);
    r.after(file, created.attributes());
    r.changed(dir, before, created.directory());
  }

  static void create(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    EntryName name = r.name();
    int how = r.in.int32();
    SetAttributes attributes = how == 0 || how == 1 ? Attributes3.decode(r.in) : SetAttributes.NONE;
    CreateMode mode =
        switch (how) {
          case 0 -> new CreateMode.Unchecked();
          case 1 -> new CreateMode.Guarded();
          case 2 -> new CreateMode.Exclusive(r.in.int64());
          default -> throw new BadXdrException("no such way to create");
        };
    Long size = attributes.size();
    if (size != null && size == 0) {
      requireFree(r, dir, name);
    }
    Attributes before = dir.attributes();
    Created created = dir.files().create(dir.caller(), dir.id(), name, mode, attributes);
    if (created.attributes().type() != FileType.REGULAR) {
      throw new Nfs3Exception(Nfs3Status.EXIST);
    }
    answer(r, dir, before, created);
  }

  static void mkdir(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    EntryName name = r.name();
    SetAttributes attributes = Attributes3.decode(r.in);
    Attributes before = dir.attributes();
    answer(r, dir, before, dir.files().mkdir(dir.caller(), dir.id(), name, attributes));
  }

  static void symlink(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    EntryName name = r.name();
    SetAttributes attributes = Attributes3.decode(r.in);
    byte[] target = r.in.opaque(MAX_TARGET_READ);
    if (target.length == 0) {
      throw new Nfs3Exception(Nfs3Status.INVAL);
    }
    if (target.length > LONGEST_TARGET) {
      throw new Nfs3Exception(Nfs3Status.NAMETOOLONG);
    }
    Attributes before = dir.attributes();
    answer(r, dir, before, dir.files().symlink(dir.caller(), dir.id(), name, target, attributes));
  }

  static void mknod(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    EntryName name = r.name();
    FileType type =
        switch (r.in.int32()) {
          case 3 -> FileType.BLOCK_DEVICE;
          case 4 -> FileType.CHARACTER_DEVICE;
          case 6 -> FileType.SOCKET;
          case 7 -> FileType.FIFO;
          default -> throw new Nfs3Exception(Nfs3Status.BADTYPE);
        };
    SetAttributes attributes = Attributes3.decode(r.in);
    boolean device = type == FileType.BLOCK_DEVICE || type == FileType.CHARACTER_DEVICE;
    Device numbers = device ? new Device(r.in.int32(), r.in.int32()) : Device.NONE;
    Attributes before = dir.attributes();
    answer(
        r, dir, before, dir.files().mknod(dir.caller(), dir.id(), name, type, numbers, attributes));
  }

  static void remove(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    remove(r, false);
  }

  static void rmdir(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    remove(r, true);
  }

  private static void remove(Request r, boolean directory)
      throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    byte[] raw = r.anyName();
    if (directory && raw.length == 1 && raw[0] == '.') {
      throw new Nfs3Exception(Nfs3Status.INVAL);
    }
    EntryName name = Request.name(raw);
    Attributes gone = dir.files().lookup(dir.caller(), dir.id(), name);
    if ((gone.type() == FileType.DIRECTORY) != directory) {
      throw new Nfs3Exception(directory ? Nfs3Status.NOTDIR : Nfs3Status.ISDIR);
    }
    r.shared().requireFree(dir.sibling(gone.id()).place());
    Attributes before = dir.attributes();
    DirectoryChange change = dir.files().remove(dir.caller(), dir.id(), name);
    r.changed(dir, before, change);
  }

  static void rename(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File from = r.file();
    EntryName oldName = r.name();
    Request.File to = r.file();
    EntryName newName = r.name();
    if (!from.isInZoneOf(to)) {
      throw new Nfs3Exception(Nfs3Status.XDEV);
    }
    requireFree(r, from, oldName);
    requireFree(r, to, newName);
    Attributes before = from.attributes();
    Attributes beforeTo = to.attributes();
    Renamed renamed = to.files().rename(to.caller(), from.id(), oldName, to.id(), newName);
    r.changed(from, before, renamed.from());
    r.changed(to, beforeTo, renamed.to());
  }

  static void link(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    Request.File dir = r.file();
    EntryName name = r.name();
    if (!file.isInZoneOf(dir)) {
      throw new Nfs3Exception(Nfs3Status.XDEV);
    }
    r.shared().requireFree(file.place());
    Attributes before = dir.attributes();
    DirectoryChange change = dir.files().link(dir.caller(), file.id(), dir.id(), name);
    r.after(file);
    r.changed(dir, before, change);
  }

  /** Fails with DELAY while clients of version 4 rely on what a name stands for. */
  private static void requireFree(Request r, Request.File dir, EntryName name)
      throws ZoneException {
    if (!r.shared().mayBeHeld(dir.place().export())) {
      return;
    }
    Attributes there;
    try {
      there = dir.files().lookup(dir.caller(), dir.id(), name);
    } catch (ZoneException e) {
      // No such file, or none that this caller may see: the call itself will say so.
      return;
    }
    r.shared().requireFree(dir.sibling(there.id()).place());
  }
}
