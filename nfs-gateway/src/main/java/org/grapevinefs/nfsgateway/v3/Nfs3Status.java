// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import org.grapevinefs.replication.fs.ZoneError;

/** The numbers of refusals (RFC 1813, section 2.6). */
final class Nfs3Status {

  static final int OK = 0;
  static final int NOENT = 2;
  static final int IO = 5;
  static final int EXIST = 17;
  static final int ACCES = 13;
  static final int XDEV = 18;
  static final int NOTDIR = 20;
  static final int ISDIR = 21;
  static final int INVAL = 22;
  static final int FBIG = 27;
  static final int ROFS = 30;
  static final int NAMETOOLONG = 63;
  static final int BADHANDLE = 10_001;
  static final int NOT_SYNC = 10_002;
  static final int BAD_COOKIE = 10_003;
  static final int NOTSUPP = 10_004;
  static final int TOOSMALL = 10_005;
  static final int SERVERFAULT = 10_006;
  static final int BADTYPE = 10_007;
  static final int JUKEBOX = 10_008;

  private Nfs3Status() {}

  /** What a zone's refusal is called in version 3. */
  static int of(ZoneError error) {
    return switch (error) {
      case PERM -> 1;
      case NOENT -> NOENT;
      case IO -> IO;
      case NXIO -> 6;
      case ACCES -> ACCES;
      case EXIST -> EXIST;
      case XDEV -> XDEV;
      case NOTDIR -> NOTDIR;
      case ISDIR -> ISDIR;
      case INVAL, BADNAME, SYMLINK, WRONG_TYPE, NOXATTR, XATTR2BIG -> INVAL;
      case FBIG -> FBIG;
      case NOSPC -> 28;
      case ROFS -> ROFS;
      case MLINK -> 31;
      case NAMETOOLONG -> NAMETOOLONG;
      case NOTEMPTY -> 66;
      case DQUOT -> 69;
      case STALE -> 70;
      case BAD_COOKIE -> BAD_COOKIE;
      case NOTSUPP -> NOTSUPP;
      case DELAY -> JUKEBOX;
    };
  }
}
