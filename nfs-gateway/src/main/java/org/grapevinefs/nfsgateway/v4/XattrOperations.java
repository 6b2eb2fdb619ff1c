// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneException;

/** Extended attributes (RFC 8276). */
final class XattrOperations {

  private static final int MAX_NAME = 255;
  private static final int MAX_READ = 8192;
  private static final int MAX_VALUE = 65_536;
  private static final int FIXED_PART = 8 + 4 + 4;

  private XattrOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.GETXATTR, XattrOperations::get);
    table.put(Op.SETXATTR, XattrOperations::set);
    table.put(Op.LISTXATTRS, XattrOperations::list);
    table.put(Op.REMOVEXATTR, XattrOperations::remove);
  }

  private static String name(XdrReader in) throws BadXdrException, NfsException {
    byte[] bytes = in.opaque(MAX_READ);
    if (bytes.length == 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    if (bytes.length > MAX_NAME) {
      throw new NfsException(NfsStatus.NAMETOOLONG);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static NfsStatus get(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    String name = name(in);
    Target.InZone file = compound.file();
    byte[] value = file.export().files().getXattr(compound.caller(file), file.file(), name);
    out.opaque(value);
    return NfsStatus.OK;
  }

  private static NfsStatus set(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    XattrMode mode =
        switch (in.int32()) {
          case 0 -> XattrMode.EITHER;
          case 1 -> XattrMode.CREATE;
          case 2 -> XattrMode.REPLACE;
          default -> throw new BadXdrException("no such way to set");
        };
    String name = name(in);
    byte[] value = in.opaque(compound.engine().limits().maxMessage());
    if (value.length > MAX_VALUE) {
      throw new NfsException(NfsStatus.XATTR2BIG);
    }
    Target.InZone file = compound.file();
    compound.engine().state().delegations().require(compound.stateOwner(), file, true);
    NameOperations.encode(
        file.export().files().setXattr(compound.caller(file), file.file(), name, value, mode), out);
    return NfsStatus.OK;
  }

  /** The cookie is a position in the sorted list of names. */
  private static NfsStatus list(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    long cookie = in.int64();
    int asked = in.int32();
    Target.InZone file = compound.file();
    List<String> names = file.export().files().listXattrs(compound.caller(file), file.file());
    if (cookie < 0 || cookie > names.size()) {
      throw new NfsException(NfsStatus.BAD_COOKIE);
    }
    int most = Math.min(asked < 0 ? Integer.MAX_VALUE : asked, compound.room(out));
    out.int64(0);
    int cookieMark = out.mark() - 8;
    out.int32(0);
    int countMark = out.mark() - 4;
    int next = (int) cookie;
    int size = FIXED_PART;
    while (next < names.size()) {
      byte[] name = names.get(next).getBytes(StandardCharsets.UTF_8);
      size += 4 + ((name.length + 3) & ~3);
      if (size > most) {
        break;
      }
      out.opaque(name);
      next++;
    }
    if (next == cookie && next < names.size()) {
      throw new NfsException(NfsStatus.TOOSMALL);
    }
    out.patch(cookieMark + 4, next);
    out.patch(countMark, next - (int) cookie);
    out.bool(next == names.size());
    return NfsStatus.OK;
  }

  private static NfsStatus remove(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    String name = name(in);
    Target.InZone file = compound.file();
    compound.engine().state().delegations().require(compound.stateOwner(), file, true);
    NameOperations.encode(
        file.export().files().removeXattr(compound.caller(file), file.file(), name), out);
    return NfsStatus.OK;
  }
}
