// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.jspecify.annotations.Nullable;

/**
 * The making, linking, moving and removing of names (RFC 8881, sections 18.4, 18.9, 18.25, 18.26).
 */
final class NameOperations {

  private static final int MAX_TARGET = 8192;
  private static final int LONGEST_TARGET = 4095;

  /** What CREATE is to make. */
  private sealed interface Kind {
    record Directory() implements Kind {}

    record Symlink(byte[] target) implements Kind {}

    record Node(FileType type, Device device) implements Kind {}
  }

  private NameOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.CREATE, NameOperations::create);
    table.put(Op.LINK, NameOperations::link);
    table.put(Op.RENAME, NameOperations::rename);
    table.put(Op.REMOVE, NameOperations::remove);
    table.put(Op.READLINK, NameOperations::readLink);
  }

  static void encode(DirectoryChange change, XdrWriter out) {
    out.bool(true).int64(change.before()).int64(change.after());
  }

  private static @Nullable Kind kind(XdrReader in) throws BadXdrException {
    return switch (in.int32()) {
      case 2 -> new Kind.Directory();
      case 3 -> new Kind.Node(FileType.BLOCK_DEVICE, new Device(in.int32(), in.int32()));
      case 4 -> new Kind.Node(FileType.CHARACTER_DEVICE, new Device(in.int32(), in.int32()));
      case 5 -> new Kind.Symlink(in.opaque(MAX_TARGET));
      case 6 -> new Kind.Node(FileType.SOCKET, Device.NONE);
      case 7 -> new Kind.Node(FileType.FIFO, Device.NONE);
      default -> null;
    };
  }

  private static NfsStatus create(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Kind kind = kind(in);
    EntryName name = Names.decode(in);
    AttributeDecoder.Wanted wanted = AttributeDecoder.decode(in, compound.minor());
    if (kind == null) {
      throw new NfsException(NfsStatus.BADTYPE);
    }
    Target.InZone dir = compound.file();
    if (kind instanceof Kind.Symlink && wanted.acl() != null) {
      throw new NfsException(NfsStatus.ATTRNOTSUPP);
    }
    NewFile made = NewFile.of(wanted, kind instanceof Kind.Directory);
    Caller caller = compound.caller(dir);
    Created created = create(caller, dir, name, kind, made.values());
    Target.InZone file = new Target.InZone(dir.export(), created.attributes().id());
    Bitmap set = made.complete(caller, file);
    compound.setCurrent(file);
    encode(created.directory(), out);
    set.encode(out);
    return NfsStatus.OK;
  }

  private static Created create(
      Caller caller, Target.InZone dir, EntryName name, Kind kind, SetAttributes attributes)
      throws NfsException, ZoneException {
    ZoneFileSystem files = dir.export().files();
    return switch (kind) {
      case Kind.Directory directory -> files.mkdir(caller, dir.file(), name, attributes);
      case Kind.Symlink(byte[] target) -> {
        if (target.length == 0) {
          throw new NfsException(NfsStatus.INVAL);
        }
        if (target.length > LONGEST_TARGET) {
          throw new NfsException(NfsStatus.NAMETOOLONG);
        }
        yield files.symlink(caller, dir.file(), name, target, attributes);
      }
      case Kind.Node(FileType type, Device device) ->
          files.mknod(caller, dir.file(), name, type, device, attributes);
    };
  }

  private static void requireSameZone(Target.InZone one, Target.InZone other) throws NfsException {
    if (!one.export().zone().equals(other.export().zone())) {
      throw new NfsException(NfsStatus.XDEV);
    }
  }

  /** Fails with DELAY while others have delegations of what a name stands for. */
  static void requireFree(Compound compound, Target.InZone dir, EntryName name)
      throws NfsException {
    Delegations delegations = compound.engine().state().delegations();
    if (!delegations.anyIn(dir.export().zone())) {
      return;
    }
    Target.InZone file;
    try {
      Caller caller = compound.caller(dir);
      file =
          new Target.InZone(
              dir.export(), dir.export().files().lookup(caller, dir.file(), name).id());
    } catch (ZoneException e) {
      // No such file, or none that this caller may see: the operation itself will say so.
      return;
    }
    delegations.require(compound.stateOwner(), file, true);
  }

  private static NfsStatus link(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    EntryName name = Names.decode(in);
    Target.InZone dir = compound.file();
    Target.InZone file = compound.savedFile();
    requireSameZone(dir, file);
    compound.engine().state().delegations().require(compound.stateOwner(), file, true);
    encode(dir.export().files().link(compound.caller(dir), file.file(), dir.file(), name), out);
    return NfsStatus.OK;
  }

  private static NfsStatus rename(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    EntryName oldName = Names.decode(in);
    EntryName newName = Names.decode(in);
    Target.InZone to = compound.file();
    Target.InZone from = compound.savedFile();
    requireSameZone(from, to);
    requireFree(compound, from, oldName);
    requireFree(compound, to, newName);
    Renamed renamed =
        to.export().files().rename(compound.caller(to), from.file(), oldName, to.file(), newName);
    encode(renamed.from(), out);
    encode(renamed.to(), out);
    return NfsStatus.OK;
  }

  private static NfsStatus remove(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    EntryName name = Names.decode(in);
    Target.InZone dir = compound.file();
    requireFree(compound, dir, name);
    encode(dir.export().files().remove(compound.caller(dir), dir.file(), name), out);
    return NfsStatus.OK;
  }

  private static NfsStatus readLink(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException {
    switch (compound.current()) {
      case Target.PseudoRoot root -> throw new NfsException(NfsStatus.ISDIR);
      case Target.InZone file ->
          out.opaque(file.export().files().readlink(compound.caller(file), file.file()));
    }
    return NfsStatus.OK;
  }
}
