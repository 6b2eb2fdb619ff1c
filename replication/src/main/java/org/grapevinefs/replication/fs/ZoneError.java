// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/** Why a call on a zone failed; each maps one to one to an NFS status (RFC 8881, section 15.1). */
public enum ZoneError {
  /** The caller is not the owner and may not (EPERM). */
  PERM,
  /** No such name (ENOENT). */
  NOENT,
  /** The disk or a peer failed (EIO). */
  IO,
  /** The mode bits forbid it (EACCES). */
  ACCES,
  /** The name is taken (EEXIST). */
  EXIST,
  /** A hard link or move across zones (EXDEV). */
  XDEV,
  /** Not a directory where one is needed (ENOTDIR). */
  NOTDIR,
  /** A directory where none may be (EISDIR). */
  ISDIR,
  /** An argument that makes no sense (EINVAL). */
  INVAL,
  /** A file larger than can be (EFBIG). */
  FBIG,
  /** The disk is full (ENOSPC). */
  NOSPC,
  /** The zone is read-only, for everyone or for this caller (EROFS). */
  ROFS,
  /** Too many hard links (EMLINK). */
  MLINK,
  /** A name over 255 bytes (ENAMETOOLONG). */
  NAMETOOLONG,
  /** The directory is not empty (ENOTEMPTY). */
  NOTEMPTY,
  /** The quota is used up (EDQUOT). */
  DQUOT,
  /** The file is gone from the zone (ESTALE). */
  STALE,
  /** A symbolic link where none may be. */
  SYMLINK,
  /** A name with a byte that no name has. */
  BADNAME,
  /** A directory cookie that never was. */
  BAD_COOKIE,
  /** This kind of file or this operation is not supported here. */
  NOTSUPP,
  /** The wrong kind of file for the operation. */
  WRONG_TYPE,
  /** No such extended attribute. */
  NOXATTR,
  /** An extended attribute that is too large. */
  XATTR2BIG,
  /** Seek past the last data or hole. */
  NXIO,
  /** Not now: no member is reachable, or the file is on its way; the same call may work soon. */
  DELAY
}
