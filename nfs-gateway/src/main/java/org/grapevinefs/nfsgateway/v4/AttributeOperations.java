// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Arrays;
import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/** Attributes and rights (RFC 8881, sections 18.1, 18.7, 18.15, 18.30 and 18.31). */
final class AttributeOperations {

  private static final int ACCESS_41 = 0x3f;
  private static final int ACCESS_42 = 0x1ff;
  private static final int XATTR_RIGHTS = 0x1c0;

  /** All but executing. */
  private static final int DIRECTORY_RIGHTS = 0x1f | XATTR_RIGHTS;

  /** Neither searching nor removing names. */
  private static final int FILE_RIGHTS = 0x2d | XATTR_RIGHTS;

  /** What one who may write a file by a delegation may know better. */
  private static final Bitmap WRITERS =
      Bitmap.of(Attr.CHANGE, Attr.SIZE, Attr.TIME_METADATA, Attr.TIME_MODIFY);

  private static final int MAX_COMPARED = 65_536;

  private AttributeOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.GETATTR, AttributeOperations::get);
    table.put(Op.SETATTR, AttributeOperations::set);
    table.put(Op.ACCESS, AttributeOperations::access);
    table.put(Op.VERIFY, (compound, in, out) -> verify(compound, in, true));
    table.put(Op.NVERIFY, (compound, in, out) -> verify(compound, in, false));
  }

  private static NfsStatus get(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Bitmap wanted = Bitmap.decode(in);
    if (!wanted.and(Attr.WRITE_ONLY).isEmpty()) {
      throw new NfsException(NfsStatus.INVAL);
    }
    Target target = compound.current();
    Attributes attributes = PseudoRootAttributes.of(compound, target);
    if (!wanted.and(WRITERS).isEmpty()) {
      attributes = DelegationOperations.seen(compound, target, attributes);
    }
    new AttributeEncoder(compound).encode(out, wanted, target, attributes);
    return NfsStatus.OK;
  }

  private static NfsStatus set(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    AttributeDecoder.Wanted wanted = AttributeDecoder.decode(in, compound.minor());
    if (wanted.which().has(Attr.MODE_UMASK)) {
      throw new NfsException(NfsStatus.INVAL);
    }
    Target.InZone file = compound.file();
    Caller caller = compound.caller(file);
    compound.engine().state().delegations().require(compound.stateOwner(), file, true);
    if (wanted.values().size() != null) {
      caller = resizer(compound, file, stateid, caller);
    }
    AceList acl = wanted.acl();
    if (acl == null) {
      file.export().files().setattr(caller, file.file(), wanted.values());
    } else {
      NfsStatus status = set(caller, file, acl, wanted.values());
      if (status != NfsStatus.OK) {
        Bitmap.of(Attr.ACL).encode(out);
        return status;
      }
    }
    wanted.which().encode(out);
    return NfsStatus.OK;
  }

  /**
   * Sets an access control list and perhaps more. What both say of the mode is the list's, as if it
   * came second (RFC 8881, section 6.4.1.3); but it comes first, so that nobody has more meanwhile.
   *
   * @return why the other attributes are not set, though the list is
   */
  private static NfsStatus set(Caller caller, Target.InZone file, AceList acl, SetAttributes values)
      throws NfsException, ZoneException {
    ZoneFileSystem files = file.export().files();
    FileType type = files.getattr(caller, file.file()).type();
    if (type == FileType.SYMLINK) {
      throw new NfsException(NfsStatus.ATTRNOTSUPP);
    }
    SetAcls asked = acl.asked(type == FileType.DIRECTORY);
    Attributes after = files.setAcls(caller, file.file(), asked);
    if (values.equals(SetAttributes.NONE)) {
      return NfsStatus.OK;
    }
    Integer mode = values.mode();
    SetAttributes others =
        mode == null ? values : values.withMode((mode & ~0777) | (after.mode() & 0777));
    try {
      files.setattr(caller, file.file(), others);
      return NfsStatus.OK;
    } catch (ZoneException e) {
      return NfsStatus.of(e.error());
    }
  }

  /** The caller with the rights that count for a new size. */
  private static Caller resizer(
      Compound compound, Target.InZone file, Stateid stateid, Caller caller)
      throws NfsException, ZoneException {
    FileStates files = compound.engine().state().files();
    Client client = compound.stateOwner();
    if (!files.mayTouch(client, stateid, file, true)) {
      return caller;
    }
    int modify = ZoneFileSystem.ACCESS_MODIFY;
    boolean may =
        files.isProved(client, stateid)
            || file.export().files().access(caller, file.file(), modify) == modify;
    if (!may) {
      throw new NfsException(NfsStatus.ACCESS);
    }
    return caller.throughOpen();
  }

  private static NfsStatus access(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    int known = compound.minor() < 2 ? ACCESS_41 : ACCESS_42;
    int wanted = in.int32() & known & meaningful(compound);
    int granted =
        switch (compound.current()) {
          case Target.PseudoRoot root ->
              wanted & (ZoneFileSystem.ACCESS_READ | ZoneFileSystem.ACCESS_LOOKUP);
          case Target.InZone file ->
              file.export().files().access(compound.caller(file), file.file(), wanted);
        };
    out.int32(wanted).int32(granted & wanted);
    return NfsStatus.OK;
  }

  /** The rights that mean something for what the current file is. */
  private static int meaningful(Compound compound) throws NfsException, ZoneException {
    if (!(compound.current() instanceof Target.InZone file)) {
      return DIRECTORY_RIGHTS;
    }
    Attributes a = file.export().files().getattr(compound.caller(file), file.file());
    return a.type() == FileType.DIRECTORY ? DIRECTORY_RIGHTS : FILE_RIGHTS;
  }

  private static NfsStatus verify(Compound compound, XdrReader in, boolean same)
      throws NfsException, ZoneException, BadXdrException {
    Bitmap which = Bitmap.decode(in);
    byte[] values = in.opaque(MAX_COMPARED);
    if (!which.without(Attr.supported(compound.minor())).isEmpty()) {
      throw new NfsException(NfsStatus.ATTRNOTSUPP);
    }
    if (which.has(Attr.RDATTR_ERROR) || !which.and(Attr.WRITE_ONLY).isEmpty()) {
      throw new NfsException(NfsStatus.INVAL);
    }
    Target target = compound.current();
    XdrWriter given = new XdrWriter(64 + values.length);
    which.encode(given);
    given.opaque(values);
    XdrWriter ours = new XdrWriter(64 + values.length);
    Attributes attributes = PseudoRootAttributes.of(compound, target);
    new AttributeEncoder(compound).encode(ours, which, target, attributes);
    boolean equal = Arrays.equals(given.toByteArray(), ours.toByteArray());
    if (equal != same) {
      throw new NfsException(same ? NfsStatus.NOT_SAME : NfsStatus.SAME);
    }
    return NfsStatus.OK;
  }
}
