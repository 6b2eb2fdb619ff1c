// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open regular file. Reads and writes carry their offset, so threads may share it freely. */
public final class OpenFile extends Descriptor {

  /**
   * The most bytes that one copying call hands to the kernel, so that it can be interrupted in
   * between.
   */
  private static final long COPY_STEP = 64L << 20;

  private final JoinedSync dataSync = new JoinedSync(() -> Posix.fdatasync(fd));

  OpenFile(int fd, boolean root) {
    super(fd, root);
  }

  /** Reads until the buffer is full or the file ends; returns how many bytes. */
  public int read(ByteBuffer into, long offset) throws IOException {
    int total = 0;
    while (into.hasRemaining()) {
      int count = Posix.pread(fd, into, offset + total);
      if (count == 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  /** Writes the whole buffer. */
  public void write(ByteBuffer data, long offset) throws IOException {
    long at = offset;
    while (data.hasRemaining()) {
      at += Posix.pwrite(fd, data, at);
    }
  }

  /** Cuts or lengthens the file. */
  public void truncate(long size) throws IOException {
    Posix.ftruncate(fd, size);
  }

  /**
   * Brings the bytes to disk, and what is needed to read them back. Calls that come together share
   * one sync; after one that failed every other fails.
   */
  public void dataSync() throws IOException {
    dataSync.join();
  }

  /** Has the bytes written so far go to disk meanwhile, so that the sync to come is short. */
  public void startWriting() throws IOException {
    try {
      Posix.startWriting(fd);
    } catch (PosixException e) {
      if (!e.isUnsupported() && e.errno() != PosixException.EINVAL) {
        throw e;
      }
    }
  }

  /** Reserves room, lengthening the file if the range ends after it. */
  public void allocate(long offset, long length) throws IOException {
    Posix.allocate(fd, offset, length);
  }

  /** Makes a range a hole; the length stays. Where the file system has no holes, writes zeros. */
  public void punch(long offset, long length) throws IOException {
    try {
      Posix.punchHole(fd, offset, length);
    } catch (PosixException e) {
      if (!e.isUnsupported()) {
        throw e;
      }
      zero(offset, Math.min(length, Posix.stat(fd).size() - offset));
    }
  }

  private void zero(long offset, long length) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(65_536);
    for (long done = 0; done < length; done += zeros.limit()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), length - done));
      write(zeros, offset + done);
    }
  }

  /** The next byte of data at or after an offset, or -1 if none comes. */
  public long nextData(long offset) throws IOException {
    return seek(offset, Posix.SEEK_DATA);
  }

  /** The next hole at or after an offset (the end counts as one), or -1 past the end. */
  public long nextHole(long offset) throws IOException {
    return seek(offset, Posix.SEEK_HOLE);
  }

  private long seek(long offset, int kind) throws IOException {
    try {
      return Posix.lseek(fd, offset, kind);
    } catch (PosixException e) {
      if (e.errno() == PosixException.ENXIO) {
        return -1;
      }
      throw e;
    }
  }

  /** Shares the blocks of a range of another file; a length of 0 means to its end. */
  public void cloneFrom(OpenFile from, long fromOffset, long toOffset, long length)
      throws IOException {
    Posix.cloneRange(from.fd, fromOffset, length, fd, toOffset);
  }

  /**
   * Copies a range of another file, inside the kernel where it can; returns how many bytes there
   * were.
   */
  public long copyFrom(OpenFile from, long fromOffset, long toOffset, long length)
      throws IOException {
    long done = 0;
    while (done < length) {
      long step = Math.min(length - done, COPY_STEP);
      long count;
      try {
        count = Posix.copyFileRange(from.fd, fromOffset + done, fd, toOffset + done, step);
      } catch (PosixException e) {
        boolean byHand =
            e.isUnsupported()
                || e.errno() == PosixException.EXDEV
                || e.errno() == PosixException.EINVAL;
        if (!byHand) {
          throw e;
        }
        count = copyByHand(from, fromOffset + done, toOffset + done, step);
      }
      if (count == 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  private long copyByHand(OpenFile from, long fromOffset, long toOffset, long length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(length, 1 << 20));
    long done = 0;
    while (done < length) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
      int count = from.read(buffer, fromOffset + done);
      if (count == 0) {
        break;
      }
      write(buffer.flip(), toOffset + done);
      done += count;
    }
    return done;
  }

  /** An extended attribute of the file on disk. */
  public byte[] xattr(String name, int most) throws IOException {
    return Posix.fgetxattr(fd, name.getBytes(java.nio.charset.StandardCharsets.UTF_8), most);
  }

  /** Sets an extended attribute of the file on disk. */
  public void setXattr(String name, byte[] value) throws IOException {
    Posix.fsetxattr(fd, name.getBytes(java.nio.charset.StandardCharsets.UTF_8), value);
  }
}
