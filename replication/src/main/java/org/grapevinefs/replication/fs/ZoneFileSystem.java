// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import java.nio.ByteBuffer;
import java.util.List;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;

/**
 * A zone as a POSIX file tree, wherever its members are.
 *
 * <p>Calls block, may come from any thread, and check the caller's rights themselves. Files are
 * named by id, never by path. Every call may fail with {@link ZoneError#STALE} if an id is gone,
 * {@link ZoneError#IO} if the disk fails and {@link ZoneError#DELAY} if no member is in reach;
 * changing calls with {@link ZoneError#ROFS}, {@link ZoneError#DQUOT} and {@link ZoneError#NOSPC}
 * as well.
 */
public interface ZoneFileSystem {

  /** Most hard links of one file. */
  int MOST_LINKS = 1_000;

  /** Bits of {@link #access}: as in RFC 8881, section 18.1. */
  int ACCESS_READ = 0x01;

  int ACCESS_LOOKUP = 0x02;
  int ACCESS_MODIFY = 0x04;
  int ACCESS_EXTEND = 0x08;
  int ACCESS_DELETE = 0x10;
  int ACCESS_EXECUTE = 0x20;
  int ACCESS_XATTR_READ = 0x40;
  int ACCESS_XATTR_WRITE = 0x80;
  int ACCESS_XATTR_LIST = 0x100;

  /** The largest file, in bytes. */
  long MAX_FILE_SIZE = Long.MAX_VALUE - 4096;

  /** The attributes of a file; needs no right to it. */
  Attributes getattr(Caller caller, FileId file) throws ZoneException;

  /** What a name in a directory stands for; {@code .} and {@code ..} are no names. */
  Attributes lookup(Caller caller, FileId directory, EntryName name) throws ZoneException;

  /** The directory above a directory; {@link ZoneError#NOENT} above the root. */
  Attributes parent(Caller caller, FileId directory) throws ZoneException;

  /**
   * Sets attributes, all or none. A size may be set by one who may write, or through an open file.
   */
  Attributes setattr(Caller caller, FileId file, SetAttributes attributes) throws ZoneException;

  /** Which of the wanted {@code ACCESS_} bits the caller has. */
  int access(Caller caller, FileId file, int wanted) throws ZoneException;

  /** Makes a regular file, or finds it as the mode says. */
  Created create(
      Caller caller, FileId directory, EntryName name, CreateMode mode, SetAttributes attributes)
      throws ZoneException;

  /** Makes a directory. */
  Created mkdir(Caller caller, FileId directory, EntryName name, SetAttributes attributes)
      throws ZoneException;

  /** Makes a symbolic link to a target of 1 to 4,095 bytes, never looked at. */
  Created symlink(
      Caller caller, FileId directory, EntryName name, byte[] target, SetAttributes attributes)
      throws ZoneException;

  /** Makes a device node, FIFO or socket. */
  Created mknod(
      Caller caller,
      FileId directory,
      EntryName name,
      FileType type,
      Device device,
      SetAttributes attributes)
      throws ZoneException;

  /** Gives a file that is no directory one more name. */
  DirectoryChange link(Caller caller, FileId file, FileId directory, EntryName name)
      throws ZoneException;

  /**
   * Moves a name, over another of the same kind if there is one; two names of one file stay as they
   * are.
   */
  Renamed rename(Caller caller, FileId from, EntryName oldName, FileId to, EntryName newName)
      throws ZoneException;

  /**
   * Removes a name, or an empty directory. An open file lives on, without a name, until it is
   * closed.
   */
  DirectoryChange remove(Caller caller, FileId directory, EntryName name) throws ZoneException;

  /**
   * Lists a directory after a cookie (0: from the start). An entry that is there all along is
   * returned exactly once.
   *
   * @param most entries at the most, 1 to 65,536
   */
  DirectoryPage readdir(Caller caller, FileId directory, long cookie, int most)
      throws ZoneException;

  /** The target of a symbolic link. */
  byte[] readlink(Caller caller, FileId link) throws ZoneException;

  /**
   * Says that a file is now open once more: it stays readable though its last name goes. Checks no
   * rights.
   */
  void opened(FileId file, OpenMode mode) throws ZoneException;

  /** Takes back one {@link #opened}; after the last for writing, the file's new version is made. */
  void closed(FileId file, OpenMode mode);

  /** Reads bytes. */
  ReadResult read(Caller caller, FileId file, long offset, int length) throws ZoneException;

  /**
   * Reads as many bytes as a buffer has room for, into it if that spares a copy: what is returned
   * may be another.
   */
  default ReadResult read(Caller caller, FileId file, long offset, ByteBuffer into)
      throws ZoneException {
    return read(caller, file, offset, into.remaining());
  }

  /** Writes all the bytes of a buffer, or as many as fit. */
  WriteResult write(Caller caller, FileId file, long offset, ByteBuffer data, Stability stability)
      throws ZoneException;

  /** Brings a file's unstable bytes to disk and returns the write verifier. */
  long commit(Caller caller, FileId file, long offset, long length) throws ZoneException;

  /** Reserves room for a range, and lengthens the file to hold it. */
  void allocate(Caller caller, FileId file, long offset, long length) throws ZoneException;

  /** Makes a range a hole. */
  void deallocate(Caller caller, FileId file, long offset, long length) throws ZoneException;

  /** The next data or hole at or after an offset; {@link ZoneError#NXIO} past the end. */
  long seek(Caller caller, FileId file, long offset, SeekKind kind) throws ZoneException;

  /**
   * Copies bytes between two files of this zone; returns how many (a length of 0 means: to the
   * end).
   */
  long copy(Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException;

  /** As {@link #copy}, by sharing the blocks; {@link ZoneError#NOTSUPP} where the volume cannot. */
  void cloneRange(
      Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException;

  /** The value of an extended attribute; names are without the {@code user.} prefix. */
  byte[] getXattr(Caller caller, FileId file, String name) throws ZoneException;

  /** Sets an extended attribute; returns the file's change before and after. */
  DirectoryChange setXattr(Caller caller, FileId file, String name, byte[] value, XattrMode mode)
      throws ZoneException;

  /** The names of a file's extended attributes, sorted. */
  List<String> listXattrs(Caller caller, FileId file) throws ZoneException;

  /** Removes an extended attribute. */
  DirectoryChange removeXattr(Caller caller, FileId file, String name) throws ZoneException;

  /** The access control lists of a file; needs no right to it. */
  FileAcls getAcls(Caller caller, FileId file) throws ZoneException;

  /**
   * Sets access control lists, all or none: the owner's right. {@link ZoneError#NOTSUPP} for
   * symbolic links; {@link ZoneError#ACCES} for a default list of what is no directory.
   */
  Attributes setAcls(Caller caller, FileId file, SetAcls acls) throws ZoneException;

  /** Room in the zone. */
  SpaceUsage statfs(Caller caller) throws ZoneException;

  /** Has a listener told of changes that replication brings; closing the result ends that. */
  AutoCloseable listen(ChangeListener listener);
}
