// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.volume.NativeCall.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * Linux system calls on descriptors and on names within a directory's descriptor. Names are bytes;
 * nothing here takes a path from a peer or a client, and no call follows a symbolic link. Every
 * failure is a {@link PosixException}.
 */
final class Posix {

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_TRUNC = 0x200;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;
  private static final boolean ARM = System.getProperty("os.arch", "").startsWith("aarch64");
  static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
  static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;

  static final int RENAME_NOREPLACE = 1;
  static final int RENAME_EXCHANGE = 2;
  static final int S_IFMT = 0xF000;
  static final int S_IFSOCK = 0xC000;
  static final int S_IFLNK = 0xA000;
  static final int S_IFREG = 0x8000;
  static final int S_IFBLK = 0x6000;
  static final int S_IFDIR = 0x4000;
  static final int S_IFCHR = 0x2000;
  static final int S_IFIFO = 0x1000;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final long UTIME_OMIT = 0x3ffffffe;
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int AT_EMPTY_PATH = 0x1000;

  /** SYNC_FILE_RANGE_WRITE. */
  private static final int BEGIN = 2;

  private static final int FALLOC_KEEP_SIZE = 1;
  private static final int FALLOC_PUNCH_HOLE = 2;
  private static final long FICLONERANGE = 0x4020940DL;
  private static final int STATX_BASIC_AND_BIRTH = 0xFFF;

  private static final MethodHandle OPENAT =
      NativeCall.bind("openat", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = NativeCall.bind("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle STATX =
      NativeCall.bind("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle MKDIRAT =
      NativeCall.bind("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle UNLINKAT =
      NativeCall.bind("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RENAMEAT2 =
      NativeCall.bind("renameat2", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LINKAT =
      NativeCall.bind("linkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SYMLINKAT =
      NativeCall.bind("symlinkat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle READLINKAT =
      NativeCall.bind("readlinkat", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle MKNODAT =
      NativeCall.bind("mknodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
  private static final MethodHandle FCHMODAT =
      NativeCall.bind("fchmodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCHMOD =
      NativeCall.bind("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCHOWNAT =
      NativeCall.bind("fchownat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle UTIMENSAT =
      NativeCall.bind("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle FUTIMENS =
      NativeCall.bind("futimens", JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle PREAD =
      NativeCall.bind("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE =
      NativeCall.bind("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FTRUNCATE =
      NativeCall.bind("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle FDATASYNC = NativeCall.bind("fdatasync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FSYNC = NativeCall.bind("fsync", JAVA_INT, JAVA_INT);
  private static final MethodHandle SYNCFS = NativeCall.bind("syncfs", JAVA_INT, JAVA_INT);
  private static final MethodHandle SYNC_FILE_RANGE =
      NativeCall.bind("sync_file_range", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FALLOCATE =
      NativeCall.bind("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LSEEK =
      NativeCall.bind("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle IOCTL =
      NativeCall.bind("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle COPY_FILE_RANGE =
      NativeCall.bind(
          "copy_file_range", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FGETXATTR =
      NativeCall.bind("fgetxattr", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle FSETXATTR =
      NativeCall.bind("fsetxattr", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle GETDENTS64 =
      NativeCall.bind("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle FSTATVFS =
      NativeCall.bind("fstatvfs", JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle GETEUID = NativeCall.bind("geteuid", JAVA_INT);

  private Posix() {}

  /** A call with its arguments bound. */
  @FunctionalInterface
  private interface IntCall {
    int call(Scratch scratch) throws Throwable;
  }

  /** The same with a wide result. */
  @FunctionalInterface
  interface LongCall {
    long call(Scratch scratch) throws Throwable;
  }

  private static int run(String name, IntCall call) throws PosixException {
    return (int) runLong(name, scratch -> call.call(scratch));
  }

  /** Makes a call, again if a signal broke it off; a negative result is an error. */
  static long runLong(String name, LongCall call) throws PosixException {
    Scratch scratch = Scratch.get();
    while (true) {
      long result;
      try {
        result = call.call(scratch);
      } catch (PosixException e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("cannot call " + name, e);
      }
      if (result >= 0) {
        return result;
      }
      int errno = scratch.errno();
      // close() must never be repeated: the number may already be another thread's file.
      if (errno != PosixException.EINTR || name.equals("close")) {
        throw new PosixException(name, errno);
      }
    }
  }

  /** Opens a path that the administrator chose. */
  static int openPath(byte[] path, int flags) throws PosixException {
    return run(
        "open",
        s -> (int) OPENAT.invokeExact(s.state, AT_FDCWD, s.name(path), flags | O_CLOEXEC, 0));
  }

  static int openat(int directory, byte[] name, int flags, int mode) throws PosixException {
    int all = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    return run(
        "openat", s -> (int) OPENAT.invokeExact(s.state, directory, s.name(name), all, mode));
  }

  static void close(int fd) throws PosixException {
    run("close", s -> (int) CLOSE.invokeExact(s.state, fd));
  }

  static FileStat statAt(int directory, byte[] name) throws PosixException {
    return stat(directory, name, AT_SYMLINK_NOFOLLOW);
  }

  static FileStat stat(int fd) throws PosixException {
    return stat(fd, new byte[0], AT_EMPTY_PATH);
  }

  private static FileStat stat(int fd, byte[] name, int flags) throws PosixException {
    run(
        "statx",
        s ->
            (int)
                STATX.invokeExact(
                    s.state, fd, s.name(name), flags, STATX_BASIC_AND_BIRTH, s.struct));
    return readStat(Scratch.get().struct);
  }

  private static FileStat readStat(MemorySegment m) {
    return new FileStat(
        m.get(JAVA_SHORT, 28) & 0xFFFF,
        m.get(JAVA_INT, 16),
        m.get(JAVA_INT, 20),
        m.get(JAVA_INT, 24),
        m.get(JAVA_LONG, 32),
        m.get(JAVA_LONG, 40),
        m.get(JAVA_LONG, 48) * 512,
        time(m, 64),
        time(m, 96),
        time(m, 112),
        m.get(JAVA_INT, 128),
        m.get(JAVA_INT, 132));
  }

  private static Timestamp time(MemorySegment m, long offset) {
    return new Timestamp(m.get(JAVA_LONG, offset), m.get(JAVA_INT, offset + 8));
  }

  static void mkdirat(int directory, byte[] name, int mode) throws PosixException {
    run("mkdirat", s -> (int) MKDIRAT.invokeExact(s.state, directory, s.name(name), mode));
  }

  static void unlinkat(int directory, byte[] name) throws PosixException {
    run("unlinkat", s -> (int) UNLINKAT.invokeExact(s.state, directory, s.name(name), 0));
  }

  static void rmdirat(int directory, byte[] name) throws PosixException {
    run("rmdir", s -> (int) UNLINKAT.invokeExact(s.state, directory, s.name(name), AT_REMOVEDIR));
  }

  static void renameat2(int from, byte[] oldName, int to, byte[] newName, int flags)
      throws PosixException {
    run(
        "renameat2",
        s ->
            (int)
                RENAMEAT2.invokeExact(
                    s.state, from, s.name(oldName), to, s.otherName(newName), flags));
  }

  static void linkat(int from, byte[] oldName, int to, byte[] newName) throws PosixException {
    run(
        "linkat",
        s -> (int) LINKAT.invokeExact(s.state, from, s.name(oldName), to, s.otherName(newName), 0));
  }

  static void symlinkat(byte[] target, int directory, byte[] name) throws PosixException {
    run(
        "symlinkat",
        s -> (int) SYMLINKAT.invokeExact(s.state, s.otherName(target), directory, s.name(name)));
  }

  static byte[] readlinkat(int directory, byte[] name) throws PosixException {
    int length =
        (int)
            runLong(
                "readlinkat",
                s ->
                    (long)
                        READLINKAT.invokeExact(
                            s.state,
                            directory,
                            s.name(name),
                            s.otherName,
                            (long) NativeCall.NAME_BYTES));
    byte[] target = new byte[length];
    MemorySegment.copy(Scratch.get().otherName, JAVA_BYTE, 0, target, 0, length);
    return target;
  }

  static void mknodat(int directory, byte[] name, int mode, int major, int minor)
      throws PosixException {
    long ma = Integer.toUnsignedLong(major);
    long mi = Integer.toUnsignedLong(minor);
    // The layout of glibc's dev_t (sysmacros.h, gnu_dev_makedev).
    long device =
        ((ma & 0xfffL) << 8) | ((ma & ~0xfffL) << 32) | (mi & 0xffL) | ((mi & ~0xffL) << 12);
    run("mknodat", s -> (int) MKNODAT.invokeExact(s.state, directory, s.name(name), mode, device));
  }

  static void fchmodat(int directory, byte[] name, int mode) throws PosixException {
    run(
        "fchmodat",
        s ->
            (int)
                FCHMODAT.invokeExact(s.state, directory, s.name(name), mode, AT_SYMLINK_NOFOLLOW));
  }

  static void fchmod(int fd, int mode) throws PosixException {
    run("fchmod", s -> (int) FCHMOD.invokeExact(s.state, fd, mode));
  }

  static void fchownat(int directory, byte[] name, int uid, int gid) throws PosixException {
    int flags = name.length == 0 ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
    run(
        "fchownat",
        s -> (int) FCHOWNAT.invokeExact(s.state, directory, s.name(name), uid, gid, flags));
  }

  static void utimensat(int directory, byte[] name, Timestamp accessed, Timestamp modified)
      throws PosixException {
    run(
        "utimensat",
        s ->
            (int)
                UTIMENSAT.invokeExact(
                    s.state,
                    directory,
                    s.name(name),
                    times(s, accessed, modified),
                    AT_SYMLINK_NOFOLLOW));
  }

  static void futimens(int fd, Timestamp accessed, Timestamp modified) throws PosixException {
    run("futimens", s -> (int) FUTIMENS.invokeExact(s.state, fd, times(s, accessed, modified)));
  }

  private static MemorySegment times(Scratch s, Timestamp accessed, Timestamp modified) {
    s.struct.set(JAVA_LONG, 0, accessed.seconds());
    s.struct.set(JAVA_LONG, 8, accessed.nanos());
    s.struct.set(JAVA_LONG, 16, modified.seconds());
    s.struct.set(JAVA_LONG, 24, modified.nanos());
    return s.struct;
  }

  /** Reads into a buffer from its position on; returns how many bytes, 0 at the end of the file. */
  static int pread(int fd, ByteBuffer into, long offset) throws PosixException {
    int length = into.remaining();
    MemorySegment memory = into.isDirect() ? MemorySegment.ofBuffer(into) : null;
    MemorySegment target = memory != null ? memory : Scratch.get().bytes(length);
    int count =
        (int)
            runLong(
                "pread", s -> (long) PREAD.invokeExact(s.state, fd, target, (long) length, offset));
    if (memory == null) {
      into.duplicate().put(target.asSlice(0, count).asByteBuffer());
    }
    into.position(into.position() + count);
    return count;
  }

  /** Writes a buffer from its position on; returns how many bytes were taken. */
  static int pwrite(int fd, ByteBuffer data, long offset) throws PosixException {
    int length = data.remaining();
    MemorySegment source;
    if (data.isDirect()) {
      source = MemorySegment.ofBuffer(data);
    } else {
      source = Scratch.get().bytes(length);
      MemorySegment.copy(MemorySegment.ofBuffer(data), 0, source, 0, length);
    }
    int count =
        (int)
            runLong(
                "pwrite",
                s -> (long) PWRITE.invokeExact(s.state, fd, source, (long) length, offset));
    data.position(data.position() + count);
    return count;
  }

  static void ftruncate(int fd, long size) throws PosixException {
    run("ftruncate", s -> (int) FTRUNCATE.invokeExact(s.state, fd, size));
  }

  static void fdatasync(int fd) throws PosixException {
    run("fdatasync", s -> (int) FDATASYNC.invokeExact(s.state, fd));
  }

  static void fsync(int fd) throws PosixException {
    run("fsync", s -> (int) FSYNC.invokeExact(s.state, fd));
  }

  static void syncfs(int fd) throws PosixException {
    run("syncfs", s -> (int) SYNCFS.invokeExact(s.state, fd));
  }

  /** Has the kernel begin to write a file's bytes to disk; a hint, after which nothing is sure. */
  static void startWriting(int fd) throws PosixException {
    run("sync_file_range", s -> (int) SYNC_FILE_RANGE.invokeExact(s.state, fd, 0L, 0L, BEGIN));
  }

  static void punchHole(int fd, long offset, long length) throws PosixException {
    fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, offset, length);
  }

  static void allocate(int fd, long offset, long length) throws PosixException {
    fallocate(fd, 0, offset, length);
  }

  private static void fallocate(int fd, int mode, long offset, long length) throws PosixException {
    run("fallocate", s -> (int) FALLOCATE.invokeExact(s.state, fd, mode, offset, length));
  }

  static long lseek(int fd, long offset, int whence) throws PosixException {
    return runLong("lseek", s -> (long) LSEEK.invokeExact(s.state, fd, offset, whence));
  }

  /** Shares blocks; a length of 0 means to the end of the source. */
  static void cloneRange(int from, long fromOffset, long length, int to, long toOffset)
      throws PosixException {
    run(
        "ioctl",
        s -> {
          s.struct.set(JAVA_LONG, 0, from);
          s.struct.set(JAVA_LONG, 8, fromOffset);
          s.struct.set(JAVA_LONG, 16, length);
          s.struct.set(JAVA_LONG, 24, toOffset);
          return (int) IOCTL.invokeExact(s.state, to, FICLONERANGE, s.struct);
        });
  }

  static long copyFileRange(int from, long fromOffset, int to, long toOffset, long length)
      throws PosixException {
    return runLong(
        "copy_file_range",
        s -> {
          s.struct.set(JAVA_LONG, 0, fromOffset);
          s.struct.set(JAVA_LONG, 8, toOffset);
          return (long)
              COPY_FILE_RANGE.invokeExact(
                  s.state, from, s.struct, to, s.struct.asSlice(8), length, 0);
        });
  }

  static byte[] fgetxattr(int fd, byte[] name, int most) throws PosixException {
    MemorySegment value = Scratch.get().bytes(most);
    int length =
        (int)
            runLong(
                "fgetxattr",
                s -> (long) FGETXATTR.invokeExact(s.state, fd, s.name(name), value, (long) most));
    byte[] result = new byte[length];
    MemorySegment.copy(value, JAVA_BYTE, 0, result, 0, length);
    return result;
  }

  static void fsetxattr(int fd, byte[] name, byte[] value) throws PosixException {
    MemorySegment memory = Scratch.get().bytes(Math.max(1, value.length));
    MemorySegment.copy(value, 0, memory, JAVA_BYTE, 0, value.length);
    run(
        "fsetxattr",
        s ->
            (int) FSETXATTR.invokeExact(s.state, fd, s.name(name), memory, (long) value.length, 0));
  }

  /**
   * The next names in a directory but {@code .} and {@code ..}, as many as the kernel tells at once
   * (64 KiB of them): none may be among them; null after the last.
   */
  static @Nullable List<DiskEntry> entries(int directory) throws PosixException {
    int room = 65_536;
    MemorySegment buffer = Scratch.get().bytes(room);
    long length =
        runLong(
            "getdents64",
            s -> (long) GETDENTS64.invokeExact(s.state, directory, buffer, (long) room));
    if (length == 0) {
      return null;
    }
    List<DiskEntry> entries = new ArrayList<>();
    for (long at = 0; at < length; at += buffer.get(JAVA_SHORT.withByteAlignment(1), at + 16)) {
      DiskEntry entry = entry(buffer, at);
      if (!entry.isDots()) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static DiskEntry entry(MemorySegment buffer, long at) {
    long ino = buffer.get(JAVA_LONG.withByteAlignment(1), at);
    int type = buffer.get(JAVA_BYTE, at + 18) & 0xFF;
    int end = 0;
    while (buffer.get(JAVA_BYTE, at + 19 + end) != 0) {
      end++;
    }
    byte[] name = new byte[end];
    MemorySegment.copy(buffer, JAVA_BYTE, at + 19, name, 0, end);
    return new DiskEntry(name, type << 12, ino);
  }

  /**
   * Block size, blocks, free blocks and blocks free for all, of the file system that holds a file.
   */
  static long[] fstatvfs(int fd) throws PosixException {
    run("fstatvfs", s -> (int) FSTATVFS.invokeExact(s.state, fd, s.struct));
    MemorySegment m = Scratch.get().struct;
    return new long[] {
      m.get(JAVA_LONG, 8), m.get(JAVA_LONG, 16), m.get(JAVA_LONG, 24), m.get(JAVA_LONG, 32)
    };
  }

  static boolean isRoot() {
    try {
      return run("geteuid", s -> (int) GETEUID.invokeExact(s.state)) == 0;
    } catch (PosixException e) {
      return false;
    }
  }
}
