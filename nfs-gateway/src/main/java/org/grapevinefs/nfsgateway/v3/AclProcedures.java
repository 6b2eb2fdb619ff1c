// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import java.util.List;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AccessControlList.Named;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/**
 * GETACL and SETACL. A list on the wire is a count of entries, and then as an array the entries
 * themselves, or none if only their count was asked for. An entry is a kind with the numbers of
 * acl(5), an id, and rights; the kinds of a default list have one more bit. A list here has a mask
 * always, since Solaris knows none without: one of four entries whose mask is what the group has
 * says no more than a mode.
 */
final class AclProcedures {

  private static final int ACCESS = 0x1;
  private static final int ACCESS_COUNT = 0x2;
  private static final int DEFAULT = 0x4;
  private static final int DEFAULT_COUNT = 0x8;
  private static final int KNOWN = 0xf;

  private static final int OWNER = 0x01;
  private static final int USER = 0x02;
  private static final int GROUP = 0x04;
  private static final int NAMED_GROUP = 0x08;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;
  private static final int OF_DEFAULT = 0x1000;

  private static final int BASE = 4;
  private static final int RIGHTS = 7;

  private AclProcedures() {}

  static void get(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    int mask = r.in.int32();
    if ((mask & ~KNOWN) != 0) {
      throw new Nfs3Exception(Nfs3Status.INVAL);
    }
    FileAcls acls = file.files().getAcls(file.caller(), file.id());
    Attributes attributes = file.attributes();
    r.after(file, attributes);
    r.out.int32(mask);
    boolean access = (mask & (ACCESS | ACCESS_COUNT)) != 0;
    boolean defaults = (mask & (DEFAULT | DEFAULT_COUNT)) != 0;
    AccessControlList begins = defaults ? acls.defaults() : null;
    encode(r.out, access ? acls.access() : null, (mask & ACCESS) != 0, 0, attributes);
    encode(r.out, begins, (mask & DEFAULT) != 0, OF_DEFAULT, attributes);
  }

  private static void encode(
      XdrWriter out,
      @Nullable AccessControlList list,
      boolean entries,
      int bit,
      Attributes attributes) {
    int count = list == null ? 0 : BASE + list.users().size() + list.groups().size();
    out.int32(count);
    if (list == null || !entries) {
      out.int32(0);
      return;
    }
    out.int32(count);
    Integer mask = list.mask();
    entry(out, OWNER | bit, attributes.uid(), list.owner());
    named(out, USER | bit, list.users());
    entry(out, GROUP | bit, attributes.gid(), list.group());
    named(out, NAMED_GROUP | bit, list.groups());
    entry(out, MASK | bit, 0, mask == null ? list.group() : mask);
    entry(out, OTHER | bit, 0, list.other());
  }

  private static void named(XdrWriter out, int kind, List<Named> entries) {
    entries.forEach(named -> entry(out, kind, named.id(), named.rights()));
  }

  private static void entry(XdrWriter out, int kind, int id, int rights) {
    out.int32(kind).int32(id).int32(rights);
  }

  static void set(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    int mask = r.in.int32();
    if ((mask & ~KNOWN) != 0) {
      throw new Nfs3Exception(Nfs3Status.INVAL);
    }
    SetAcls.Choice access = decode(r.in);
    SetAcls.Choice defaults = decode(r.in);
    SetAcls wanted =
        new SetAcls((mask & ACCESS) != 0 ? access : null, (mask & DEFAULT) != 0 ? defaults : null);
    r.shared().requireFree(file.place());
    r.after(file, file.files().setAcls(file.caller(), file.id(), wanted));
  }

  private static SetAcls.Choice decode(XdrReader in) throws BadXdrException, Nfs3Exception {
    in.length(AccessControlList.MAX_ENTRIES);
    int count = in.length(AccessControlList.MAX_ENTRIES);
    AccessControlList.Entries entries = new AccessControlList.Entries();
    try {
      for (int i = 0; i < count; i++) {
        int kind = in.int32() & ~OF_DEFAULT;
        int id = in.int32();
        int rights = in.int32();
        // In a mask Solaris may set more.
        entries.add(kind, kind == MASK ? rights & RIGHTS : rights, id);
      }
      return count == 0
          ? new SetAcls.Choice.None()
          : new SetAcls.Choice.Given(withoutEmptyMask(entries.list()));
    } catch (IllegalArgumentException e) {
      throw new Nfs3Exception(Nfs3Status.INVAL);
    }
  }

  private static AccessControlList withoutEmptyMask(AccessControlList list) {
    boolean says =
        !list.users().isEmpty()
            || !list.groups().isEmpty()
            || !Integer.valueOf(list.group()).equals(list.mask());
    return says ? list : AccessControlList.of(list.mode());
  }
}
