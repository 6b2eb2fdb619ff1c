// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.replication.core.EntryName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room on a volume that a zone's index can have when the disk is full: a file that holds it. An
 * index that cannot be written could not even note that files are deleted, which is what makes room
 * again. Thread-safe.
 */
public final class Reserve implements AutoCloseable {

  /** What it holds on a volume of some gigabytes or more, in bytes. */
  static final long LARGE = 32L << 20;

  /** What it holds on a smaller one, if that is large enough, in bytes. */
  static final long SMALL = 16L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final EntryName NAME = EntryName.of("reserve");
  private static final long LARGE_VOLUME = 4L << 30;
  private static final int SMALLEST_SHARE = 4;
  private static final int LEFT_FREE_SHARE = 4;
  private static final int CHUNK = 1 << 20;

  /** Those whose room the index has. */
  private static final Set<Reserve> GIVEN = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final @Nullable Path volume;

  /**
   * Takes the room, if there is a quarter more; what is there of an earlier one is kept.
   *
   * @param folder where the index is, beside those of other zones of the same volume
   */
  public Reserve(Path folder) {
    this.folder = folder.toAbsolutePath();
    this.volume = this.folder.getParent();
    if (!isThere()) {
      GIVEN.add(this);
      refill();
    }
  }

  private boolean isThere() {
    try {
      return Files.size(folder.resolve(NAME.toString())) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether the room was given to the index, or that of another zone of this volume to its own:
   * until all is back, nothing but what makes room should be done there.
   */
  public boolean isGiven() {
    return !GIVEN.isEmpty()
        && GIVEN.stream().anyMatch(other -> Objects.equals(other.volume, volume));
  }

  /** Gives the room to the index; false if it has it already. */
  public synchronized boolean give() {
    if (!GIVEN.add(this)) {
      return false;
    }
    LOG.warn("the disk of {} is full: the index gets what was kept for it", folder);
    remove();
    return true;
  }

  /** Takes the room back if there is enough by now. */
  public synchronized void refill() {
    if (!GIVEN.contains(this)) {
      return;
    }
    try (Directory directory = ZoneTree.open(folder)) {
      Volume.Space space = VolumeLayout.space(folder);
      long bytes = bytes(space.total());
      if (space.free() < bytes + bytes / LEFT_FREE_SHARE) {
        return;
      }
      try (OpenFile file = directory.createFile(NAME)) {
        take(file, bytes);
      }
      GIVEN.remove(this);
    } catch (IOException e) {
      LOG.debug("no room is kept in {} yet: {}", folder, e.toString());
      remove();
    }
  }

  private static long bytes(long total) {
    return total >= LARGE_VOLUME ? LARGE : Math.min(SMALL, total / SMALLEST_SHARE);
  }

  private static void take(OpenFile file, long bytes) throws IOException {
    try {
      file.allocate(0, bytes);
    } catch (PosixException e) {
      if (!e.isUnsupported()) {
        throw e;
      }
      ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK);
      for (long at = 0; at < bytes; at += CHUNK) {
        file.write(zeros.clear(), at);
      }
    }
  }

  private void remove() {
    try {
      Files.deleteIfExists(folder.resolve(NAME.toString()));
    } catch (IOException e) {
      LOG.warn("what is kept for the index in {} cannot be given to it: {}", folder, e.toString());
    }
  }

  /** Leaves the file as it is, for the next start. */
  @Override
  public synchronized void close() {
    GIVEN.remove(this);
  }
}
