// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * An open directory: the place that a name is looked up in, whatever became of the path that led to
 * it.
 */
public final class Directory extends Descriptor {

  private static final byte[] THIS = {'.'};

  Directory(int fd, boolean root) {
    super(fd, root);
  }

  /** What has a name here; empty if nothing has. */
  public Optional<FileStat> stat(EntryName name) throws IOException {
    try {
      return Optional.of(Posix.statAt(fd, name.toBytes()));
    } catch (PosixException e) {
      if (e.errno() == PosixException.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Opens a directory in this one. */
  public Directory directory(EntryName name) throws IOException {
    return new Directory(
        Posix.openat(fd, name.toBytes(), Posix.O_RDONLY | Posix.O_DIRECTORY, 0), root);
  }

  /** Opens a regular file for reading and writing. */
  public OpenFile file(EntryName name) throws IOException {
    return new OpenFile(Posix.openat(fd, name.toBytes(), Posix.O_RDWR, 0), root);
  }

  /** Opens a regular file for reading only. */
  public OpenFile readOnlyFile(EntryName name) throws IOException {
    return new OpenFile(Posix.openat(fd, name.toBytes(), Posix.O_RDONLY, 0), root);
  }

  /**
   * Makes an empty regular file; the name must be free. Only its owner may reach it until it is
   * described.
   */
  public OpenFile createFile(EntryName name) throws IOException {
    return new OpenFile(
        Posix.openat(fd, name.toBytes(), Posix.O_RDWR | Posix.O_CREAT | Posix.O_EXCL, 0x180), root);
  }

  /** Makes a directory. */
  public void createDirectory(EntryName name) throws IOException {
    Posix.mkdirat(fd, name.toBytes(), 0x1C0);
  }

  /** Makes a symbolic link. */
  public void createSymlink(EntryName name, byte[] target) throws IOException {
    Posix.symlinkat(target, fd, name.toBytes());
  }

  /** Makes a device node, FIFO or socket; an empty file in its place where this process may not. */
  public void createNode(EntryName name, FileType type, int major, int minor) throws IOException {
    int bits =
        switch (type) {
          case BLOCK_DEVICE -> Posix.S_IFBLK;
          case CHARACTER_DEVICE -> Posix.S_IFCHR;
          case FIFO -> Posix.S_IFIFO;
          case SOCKET -> Posix.S_IFSOCK;
          case REGULAR, DIRECTORY, SYMLINK ->
              throw new IllegalArgumentException("not a node: " + type);
        };
    try {
      Posix.mknodat(fd, name.toBytes(), bits | 0x180, major, minor);
    } catch (PosixException e) {
      if (e.errno() != PosixException.EPERM && !e.isUnsupported()) {
        throw e;
      }
      createFile(name).close();
    }
  }

  /** Gives a file of another directory a name here too. */
  public void link(Directory from, EntryName oldName, EntryName name) throws IOException {
    Posix.linkat(from.fd, oldName.toBytes(), fd, name.toBytes());
  }

  /** Moves a name from another directory to here, over what has it. */
  public void moveHere(Directory from, EntryName oldName, EntryName name) throws IOException {
    Posix.renameat2(from.fd, oldName.toBytes(), fd, name.toBytes(), 0);
  }

  /** Moves a name from another directory to here, unless the name is taken (EEXIST). */
  public void moveHereIfFree(Directory from, EntryName oldName, EntryName name) throws IOException {
    try {
      Posix.renameat2(from.fd, oldName.toBytes(), fd, name.toBytes(), Posix.RENAME_NOREPLACE);
    } catch (PosixException e) {
      if (!e.isUnsupported() && e.errno() != PosixException.EINVAL) {
        throw e;
      }
      if (stat(name).isPresent()) {
        throw new PosixException("renameat2", PosixException.EEXIST);
      }
      moveHere(from, oldName, name);
    }
  }

  /** Removes a name that is no directory's. */
  public void unlink(EntryName name) throws IOException {
    Posix.unlinkat(fd, name.toBytes());
  }

  /** Removes an empty directory. */
  public void removeDirectory(EntryName name) throws IOException {
    Posix.rmdirat(fd, name.toBytes());
  }

  /** The target of a symbolic link. */
  public byte[] readLink(EntryName name) throws IOException {
    return Posix.readlinkat(fd, name.toBytes());
  }

  /** Sets mode and owner of what has a name, as far as this process may. */
  public void describe(EntryName name, FileType type, int mode, int uid, int gid)
      throws IOException {
    byte[] bytes = name.toBytes();
    if (root) {
      tolerate(() -> Posix.fchownat(fd, bytes, uid, gid));
    }
    if (type != FileType.SYMLINK) {
      tolerate(() -> Posix.fchmodat(fd, bytes, diskMode(type, mode)));
    }
  }

  /**
   * The users' extended attributes and access control lists of what has a name, which is no link;
   * none where the volume has none.
   */
  public SortedMap<String, Bytes> xattrs(EntryName name) {
    return new DiskXattrs(fd, name.toBytes()).read();
  }

  /** Those of the directory itself. */
  public SortedMap<String, Bytes> xattrs() {
    return new DiskXattrs(fd, THIS).read();
  }

  /**
   * Gives what has a name exactly these users' extended attributes and access control lists, as far
   * as it takes them. A list brings the permission bits of the mode with it, so that nobody has
   * more rights in between than before or after if the rest of the mode is set later.
   */
  public void setXattrs(EntryName name, FileType type, SortedMap<String, Bytes> xattrs, int mode) {
    if (type != FileType.SYMLINK) {
      new DiskXattrs(fd, name.toBytes()).write(xattrs, diskMode(type, mode));
    }
  }

  /** The same for the directory itself. */
  public void setXattrs(SortedMap<String, Bytes> xattrs, int mode) {
    new DiskXattrs(fd, THIS).write(xattrs, diskMode(FileType.DIRECTORY, mode));
  }

  /** Sets the times of what has a name. */
  public void setTimes(EntryName name, Timestamp accessed, Timestamp modified) throws IOException {
    tolerate(() -> Posix.utimensat(fd, name.toBytes(), accessed, modified));
  }

  /** What is in the directory, told piece by piece; the caller closes it. */
  public Listing listing() throws IOException {
    // One of its own: a descriptor that others list with too has one place where it goes on.
    return new Listing(Posix.openat(fd, THIS, Posix.O_RDONLY | Posix.O_DIRECTORY, 0));
  }

  /** All names in a directory that never has many. */
  public List<DiskEntry> list() throws IOException {
    List<DiskEntry> all = new ArrayList<>();
    try (Listing listing = listing()) {
      for (var some = listing.next(); some != null; some = listing.next()) {
        all.addAll(some);
      }
    }
    return all;
  }

  /**
   * The names in a directory but {@code .} and {@code ..}, from its start. What comes or goes
   * meanwhile may be among them or not; all else is, once. For one thread.
   */
  public static final class Listing implements Closeable {
    private final int fd;

    private Listing(int fd) {
      this.fd = fd;
    }

    /** The next of them, at most some thousand; null after the last. */
    public @Nullable List<DiskEntry> next() throws IOException {
      return Posix.entries(fd);
    }

    @Override
    public void close() throws IOException {
      Posix.close(fd);
    }
  }
}
