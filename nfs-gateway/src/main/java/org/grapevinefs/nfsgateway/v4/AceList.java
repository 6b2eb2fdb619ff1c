// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SetAcls;

/**
 * The attribute ACL: the access control list of a file, and in those that are handed down the
 * default list of a directory.
 *
 * @param aces the entries, in the order in which they decide
 */
record AceList(List<Ace> aces) {

  /** The most entries: the two lists of a directory have up to three for each one of theirs. */
  static final int MOST = 2 * 3 * AccessControlList.MAX_ENTRIES;

  /** Bytes of that many, with numbers of ten digits. */
  static final int MOST_BYTES = 4 + MOST * (4 + 4 + 4 + 4 + 12);

  static AceList decode(XdrReader in) throws BadXdrException, NfsException {
    int count = in.int32();
    if (count < 0 || count > MOST) {
      throw new NfsException(NfsStatus.INVAL);
    }
    List<Ace> aces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      aces.add(Ace.decode(in));
    }
    return new AceList(aces);
  }

  static AceList of(FileAcls acls, boolean directory) {
    List<Ace> aces = PosixAces.of(acls.access(), directory, 0);
    AccessControlList defaults = acls.defaults();
    if (defaults != null) {
      aces.addAll(PosixAces.of(defaults, true, Ace.TO_ALL | Ace.ONLY_BELOW));
    }
    return new AceList(aces);
  }

  void encode(XdrWriter out) {
    out.int32(aces.size());
    for (Ace ace : aces) {
      ace.encode(out);
    }
  }

  /** The lists that come nearest to it without giving more; it takes the place of both. */
  SetAcls asked(boolean directory) throws NfsException {
    List<Ace> here = new ArrayList<>();
    List<Ace> below = new ArrayList<>();
    for (Ace ace : aces) {
      if (ace.isOfItself()) {
        here.add(ace.inheritedOnce());
      }
      if (ace.isInherited()) {
        below.add(ace.inheritedOnce());
      }
    }
    if (!directory && !below.isEmpty()) {
      throw new NfsException(NfsStatus.ATTRNOTSUPP);
    }
    try {
      AccessControlList access = AceFold.of(here, directory);
      return new SetAcls(
          new SetAcls.Choice.Given(access), directory ? defaults(below, access) : null);
    } catch (IllegalArgumentException e) {
      throw new NfsException(NfsStatus.INVAL);
    }
  }

  private static SetAcls.Choice defaults(List<Ace> below, AccessControlList own) {
    return below.isEmpty()
        ? new SetAcls.Choice.None()
        : new SetAcls.Choice.Given(AceFold.defaults(below, own));
  }
}
