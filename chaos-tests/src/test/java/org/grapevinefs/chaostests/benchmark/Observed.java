// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** Waits for what is to show in a folder. Looks seldom enough to leave the processors to others. */
final class Observed {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final long OFTEN = 200_000;
  private static final long SELDOM = 5_000_000;

  /** A pause is so many times as long as the look before it: a long listing holds others up. */
  private static final long REST = 5;

  private Observed() {}

  /** What is waited for. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Waits; returns the {@link System#nanoTime} at which it was seen. */
  static long await(String what, long pause, Condition condition) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      long begun = System.nanoTime();
      try {
        if (condition.holds()) {
          return System.nanoTime();
        }
      } catch (NoSuchFileException e) {
        // Not there yet, or its name is just being given to newer bytes.
      }
      long looked = System.nanoTime();
      if (looked > deadline) {
        throw new IOException("waited in vain for " + what);
      }
      LockSupport.parkNanos(Math.max(pause, REST * (looked - begun)));
    }
  }

  /** Waits for a small file with these bytes. */
  static long file(Path file, byte[] data) throws IOException {
    return await(
        file.toString(),
        OFTEN,
        () ->
            Files.exists(file)
                && Files.size(file) == data.length
                && Arrays.equals(Files.readAllBytes(file), data));
  }

  /** Waits for these bytes in the midst of a file. */
  static long part(Path file, long offset, byte[] data) throws IOException {
    ByteBuffer part = ByteBuffer.allocate(data.length);
    return await(
        file.toString(),
        OFTEN,
        () -> {
          try (FileChannel channel = FileChannel.open(file)) {
            int count = channel.read(part.clear(), offset);
            return count == data.length && Arrays.equals(part.array(), data);
          }
        });
  }

  /** Waits until every MiB of a large file starts with what the writer began it with. */
  static long large(Path file, int mebibytes) throws IOException {
    ByteBuffer mark = ByteBuffer.allocate(Integer.BYTES);
    return await(
        file.toString(),
        SELDOM,
        () -> {
          if (Files.size(file) != (long) mebibytes << 20) {
            return false;
          }
          try (FileChannel channel = FileChannel.open(file)) {
            for (int i = mebibytes - 1; i >= 0; i--) {
              channel.read(mark.clear(), (long) i << 20);
              if (mark.flip().getInt() != i + 1) {
                return false;
              }
            }
            return true;
          }
        });
  }

  /** Waits until a folder has so many names, one of them this (looked for first: it is cheap). */
  static long count(Path folder, String last, int count) throws IOException {
    return await(
        folder.toString(),
        SELDOM,
        () -> {
          if (!Files.exists(folder.resolve(last))) {
            return false;
          }
          String[] names = folder.toFile().list();
          return names != null && names.length == count;
        });
  }

  /** Compares two folders byte for byte, after the clock was stopped. */
  static void requireSame(Path one, Path other) throws IOException {
    try (var files = Files.walk(one)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path same = other.resolve(one.relativize(file));
        if (Files.mismatch(file, same) >= 0) {
          throw new IOException(same + " is not what was written");
        }
      }
    }
  }
}
