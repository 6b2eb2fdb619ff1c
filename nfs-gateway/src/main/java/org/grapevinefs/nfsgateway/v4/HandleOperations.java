// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.net.InetAddress;
import java.util.Map;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.ZoneException;

/** The current and the saved file handle, and ways from one file to another. */
final class HandleOperations {

  private static final int AUTH_NONE = 0;
  private static final int AUTH_SYS = 1;
  private static final int STYLE_PARENT = 1;

  private HandleOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.PUTROOTFH, HandleOperations::putRoot);
    table.put(Op.PUTPUBFH, HandleOperations::putRoot);
    table.put(Op.PUTFH, HandleOperations::put);
    table.put(Op.GETFH, HandleOperations::get);
    table.put(Op.SAVEFH, HandleOperations::save);
    table.put(Op.RESTOREFH, HandleOperations::restore);
    table.put(Op.LOOKUP, HandleOperations::lookup);
    table.put(Op.LOOKUPP, HandleOperations::lookupParent);
    table.put(Op.SECINFO, HandleOperations::security);
    table.put(Op.SECINFO_NO_NAME, HandleOperations::securityNoName);
  }

  private static NfsStatus putRoot(Compound compound, XdrReader in, XdrWriter out) {
    compound.setCurrent(Target.PSEUDO_ROOT);
    return NfsStatus.OK;
  }

  private static NfsStatus put(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    byte[] handle = in.opaque(FileHandles.MAX_BYTES);
    FileHandles.Parts parts = compound.engine().handles().parse(handle);
    if (parts.zone() == null) {
      compound.setCurrent(Target.PSEUDO_ROOT);
      return NfsStatus.OK;
    }
    Export export = compound.engine().exports().byZone(parts.zone(), compound.client());
    if (export == null) {
      throw new NfsException(NfsStatus.STALE);
    }
    compound.setCurrent(new Target.InZone(export, parts.file()));
    return NfsStatus.OK;
  }

  private static NfsStatus get(Compound compound, XdrReader in, XdrWriter out) throws NfsException {
    out.opaque(compound.engine().handles().of(compound.current()));
    return NfsStatus.OK;
  }

  private static NfsStatus save(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException {
    compound.save();
    return NfsStatus.OK;
  }

  private static NfsStatus restore(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException {
    compound.restore();
    return NfsStatus.OK;
  }

  private static NfsStatus lookup(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    compound.setCurrent(lookup(compound, Names.decode(in)));
    return NfsStatus.OK;
  }

  private static Target lookup(Compound compound, EntryName name)
      throws NfsException, ZoneException {
    return switch (compound.current()) {
      case Target.PseudoRoot root -> {
        InetAddress client = compound.client();
        Export export = compound.engine().exports().byName(name, client);
        if (export == null) {
          throw new NfsException(NfsStatus.NOENT);
        }
        yield new Target.InZone(export, FileId.ROOT);
      }
      case Target.InZone dir ->
          new Target.InZone(
              dir.export(),
              dir.export().files().lookup(compound.caller(dir), dir.file(), name).id());
    };
  }

  private static NfsStatus lookupParent(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException {
    compound.setCurrent(parent(compound));
    return NfsStatus.OK;
  }

  private static Target parent(Compound compound) throws NfsException, ZoneException {
    return switch (compound.current()) {
      case Target.PseudoRoot root -> throw new NfsException(NfsStatus.NOENT);
      case Target.InZone dir when dir.file().equals(FileId.ROOT) -> Target.PSEUDO_ROOT;
      case Target.InZone dir ->
          new Target.InZone(
              dir.export(), dir.export().files().parent(compound.caller(dir), dir.file()).id());
    };
  }

  private static NfsStatus security(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    lookup(compound, Names.decode(in));
    return flavors(compound, out);
  }

  private static NfsStatus securityNoName(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    if (in.int32() == STYLE_PARENT) {
      parent(compound);
    } else {
      compound.current();
    }
    return flavors(compound, out);
  }

  /** The answer uses the current handle up (RFC 8881, section 18.29.3). */
  private static NfsStatus flavors(Compound compound, XdrWriter out) {
    compound.clearCurrent();
    out.int32(2).int32(AUTH_SYS).int32(AUTH_NONE);
    return NfsStatus.OK;
  }

  /** Fails unless the current target is a directory. */
  static void requireDirectory(FileType type) throws NfsException {
    if (type != FileType.DIRECTORY) {
      throw new NfsException(type == FileType.SYMLINK ? NfsStatus.SYMLINK : NfsStatus.NOTDIR);
    }
  }
}
