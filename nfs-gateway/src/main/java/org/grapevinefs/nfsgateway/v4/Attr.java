// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

/**
 * Attribute numbers (RFC 8881, sections 5.6 and 5.7; RFC 7862, section 12.2; RFC 8275, section 5;
 * RFC 8276, section 8.3; RFC 9754, section 3).
 */
final class Attr {

  static final int SUPPORTED_ATTRS = 0;
  static final int TYPE = 1;
  static final int FH_EXPIRE_TYPE = 2;
  static final int CHANGE = 3;
  static final int SIZE = 4;
  static final int LINK_SUPPORT = 5;
  static final int SYMLINK_SUPPORT = 6;
  static final int NAMED_ATTR = 7;
  static final int FSID = 8;
  static final int UNIQUE_HANDLES = 9;
  static final int LEASE_TIME = 10;
  static final int RDATTR_ERROR = 11;
  static final int ACL = 12;
  static final int ACLSUPPORT = 13;
  static final int CANSETTIME = 15;
  static final int CASE_INSENSITIVE = 16;
  static final int CASE_PRESERVING = 17;
  static final int CHOWN_RESTRICTED = 18;
  static final int FILEHANDLE = 19;
  static final int FILEID = 20;
  static final int FILES_AVAIL = 21;
  static final int FILES_FREE = 22;
  static final int FILES_TOTAL = 23;
  static final int HOMOGENEOUS = 26;
  static final int MAXFILESIZE = 27;
  static final int MAXLINK = 28;
  static final int MAXNAME = 29;
  static final int MAXREAD = 30;
  static final int MAXWRITE = 31;
  static final int MODE = 33;
  static final int NO_TRUNC = 34;
  static final int NUMLINKS = 35;
  static final int OWNER = 36;
  static final int OWNER_GROUP = 37;
  static final int RAWDEV = 41;
  static final int SPACE_AVAIL = 42;
  static final int SPACE_FREE = 43;
  static final int SPACE_TOTAL = 44;
  static final int SPACE_USED = 45;
  static final int TIME_ACCESS = 47;
  static final int TIME_ACCESS_SET = 48;
  static final int TIME_CREATE = 50;
  static final int TIME_DELTA = 51;
  static final int TIME_METADATA = 52;
  static final int TIME_MODIFY = 53;
  static final int TIME_MODIFY_SET = 54;
  static final int MOUNTED_ON_FILEID = 55;
  static final int FS_LAYOUT_TYPES = 62;
  static final int SUPPATTR_EXCLCREAT = 75;
  static final int CLONE_BLKSIZE = 77;
  static final int CHANGE_ATTR_TYPE = 79;
  static final int MODE_UMASK = 81;
  static final int XATTR_SUPPORT = 82;
  static final int OPEN_ARGUMENTS = 86;

  /** What can be set of a file at any time. */
  private static final Bitmap SETTABLE =
      Bitmap.of(SIZE, ACL, MODE, OWNER, OWNER_GROUP, TIME_ACCESS_SET, TIME_MODIFY_SET);

  private static final Bitmap IN_40 =
      Bitmap.of(
              SUPPORTED_ATTRS,
              TYPE,
              FH_EXPIRE_TYPE,
              CHANGE,
              LINK_SUPPORT,
              SYMLINK_SUPPORT,
              NAMED_ATTR,
              FSID,
              UNIQUE_HANDLES,
              LEASE_TIME,
              RDATTR_ERROR,
              ACLSUPPORT,
              CANSETTIME,
              CASE_INSENSITIVE,
              CASE_PRESERVING,
              CHOWN_RESTRICTED,
              FILEHANDLE,
              FILEID,
              FILES_AVAIL,
              FILES_FREE,
              FILES_TOTAL,
              HOMOGENEOUS,
              MAXFILESIZE,
              MAXLINK,
              MAXNAME,
              MAXREAD,
              MAXWRITE,
              NO_TRUNC,
              NUMLINKS,
              RAWDEV,
              SPACE_AVAIL,
              SPACE_FREE,
              SPACE_TOTAL,
              SPACE_USED,
              TIME_ACCESS,
              TIME_CREATE,
              TIME_DELTA,
              TIME_METADATA,
              TIME_MODIFY,
              MOUNTED_ON_FILEID)
          .or(SETTABLE);

  /** OPEN_ARGUMENTS came with 4.2, and means the same where OPEN has the same arguments. */
  private static final Bitmap IN_41 =
      IN_40.or(Bitmap.of(FS_LAYOUT_TYPES, SUPPATTR_EXCLCREAT, OPEN_ARGUMENTS));

  private static final Bitmap IN_42 =
      IN_41.or(Bitmap.of(CLONE_BLKSIZE, CHANGE_ATTR_TYPE, MODE_UMASK, XATTR_SUPPORT));

  /** Attributes that can be set but not read. */
  static final Bitmap WRITE_ONLY = Bitmap.of(TIME_ACCESS_SET, TIME_MODIFY_SET, MODE_UMASK);

  private Attr() {}

  /** What a minor version of ours has. */
  static Bitmap supported(int minor) {
    return minor == 0 ? IN_40 : minor == 1 ? IN_41 : IN_42;
  }

  /** What can be set at creation. */
  static Bitmap settableAtCreation(int minor) {
    return minor < 2 ? SETTABLE : SETTABLE.with(MODE_UMASK);
  }
}
