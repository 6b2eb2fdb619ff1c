// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.jspecify.annotations.Nullable;

/** Reads attributes that a client wants to set. */
final class AttributeDecoder {

  private static final int MAX_VALUES = 4096;
  private static final int MODE_BITS = 07777;
  private static final int PERMISSION_BITS = 0777;

  /**
   * What a client wants to set.
   *
   * @param which the attributes' numbers
   * @param values their values
   * @param acl the access control list; null if there is none among them
   */
  record Wanted(Bitmap which, SetAttributes values, @Nullable AceList acl) {

    static final Wanted NOTHING = new Wanted(Bitmap.EMPTY, SetAttributes.NONE, null);
  }

  private AttributeDecoder() {}

  /**
   * Reads a fattr4 with attributes that can be set; the message is read to its end even if they
   * cannot.
   */
  static Wanted decode(XdrReader in, int minor) throws BadXdrException, NfsException {
    Bitmap which = Bitmap.decode(in);
    int most = which.has(Attr.ACL) ? MAX_VALUES + AceList.MOST_BYTES : MAX_VALUES;
    XdrReader values = new XdrReader(in.view(most));
    if (!which.without(Attr.supported(minor)).isEmpty()) {
      throw new NfsException(NfsStatus.ATTRNOTSUPP);
    }
    boolean twice = which.has(Attr.MODE) && which.has(Attr.MODE_UMASK);
    if (twice || !which.without(Attr.settableAtCreation(minor)).isEmpty()) {
      throw new NfsException(NfsStatus.INVAL);
    }
    Long size = which.has(Attr.SIZE) ? size(values) : null;
    AceList acl = which.has(Attr.ACL) ? AceList.decode(values) : null;
    Integer mode = which.has(Attr.MODE) ? mode(values) : null;
    Integer owner = which.has(Attr.OWNER) ? number(values) : null;
    Integer group = which.has(Attr.OWNER_GROUP) ? number(values) : null;
    SetTime accessed = which.has(Attr.TIME_ACCESS_SET) ? time(values) : null;
    SetTime modified = which.has(Attr.TIME_MODIFY_SET) ? time(values) : null;
    Integer unmasked = which.has(Attr.MODE_UMASK) ? mode(values) : null;
    if (unmasked != null) {
      mode = unmasked & ~umask(values);
    }
    if (values.remaining() != 0) {
      throw new BadXdrException("attributes longer than their values");
    }
    return new Wanted(
        which, new SetAttributes(mode, owner, group, size, accessed, modified, unmasked), acl);
  }

  /** The second half of a mode_umask (RFC 8275, section 5). */
  private static int umask(XdrReader in) throws BadXdrException, NfsException {
    int umask = in.int32();
    if ((umask & ~PERMISSION_BITS) != 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    return umask;
  }

  private static long size(XdrReader in) throws BadXdrException, NfsException {
    long size = in.int64();
    if (size < 0 || size > ZoneFileSystem.MAX_FILE_SIZE) {
      throw new NfsException(NfsStatus.FBIG);
    }
    return size;
  }

  private static int mode(XdrReader in) throws BadXdrException, NfsException {
    int mode = in.int32();
    if ((mode & ~MODE_BITS) != 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    return mode;
  }

  private static int number(XdrReader in) throws BadXdrException, NfsException {
    return PrincipalNumber.parse(in.opaque(PrincipalNumber.MAX_TEXT));
  }

  private static @Nullable SetTime time(XdrReader in) throws BadXdrException, NfsException {
    int how = in.int32();
    if (how == 0) {
      return new SetTime.Now();
    }
    if (how != 1) {
      throw new BadXdrException("neither server nor client time");
    }
    long seconds = in.int64();
    int nanos = in.int32();
    if (nanos < 0 || nanos > 999_999_999) {
      throw new NfsException(NfsStatus.INVAL);
    }
    return new SetTime.Given(new Timestamp(seconds, nanos));
  }
}
