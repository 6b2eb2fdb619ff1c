// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * What this node remembers of a regular file while it is in use: its descriptor, who has it open,
 * what was written since its last version, and what it looked like when its last name went.
 *
 * <p>Reads hold the lock shared; writes, making a version and swapping a content in hold it alone.
 * It is taken before the zone's lock, never after.
 */
final class OpenState {

  final FileId id;
  final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /**
   * Changed under the lock alone; read under it shared, or for a glance at size and time without
   * it.
   */
  volatile @Nullable DirtyContent dirty;

  /** What it was when its last name went; it is then only here. */
  volatile @Nullable Shown gone;

  /** Whether the index knows that there is something without a version. */
  volatile boolean markedDirty;

  /** Whether it was made, and never since brought to disk with its name. */
  volatile boolean nameUnsynced;

  private @Nullable OpenFile file;
  private int readers;
  private int writers;
  private boolean retired;
  private volatile long lastUse;

  OpenState(FileId id) {
    this.id = id;
  }

  /** The descriptor with one more user, who closes it; null if none is open. */
  synchronized @Nullable OpenFile borrow() {
    return file != null && file.retain() ? file : null;
  }

  /** Keeps a descriptor for the next user, in the place of any other. */
  synchronized void keep(OpenFile fresh) throws IOException {
    OpenFile old = file;
    file = fresh;
    if (old != null) {
      old.close();
    }
  }

  /** Lets go of the descriptor: the bytes under the name are others now. */
  synchronized void forget() throws IOException {
    OpenFile old = file;
    file = null;
    if (old != null) {
      old.close();
    }
  }

  synchronized void opened(OpenMode mode) {
    if (mode != OpenMode.WRITE) {
      readers++;
    }
    if (mode != OpenMode.READ) {
      writers++;
    }
  }

  /** Whether that was the last one open for writing. */
  synchronized boolean closed(OpenMode mode) {
    if (mode != OpenMode.WRITE && readers > 0) {
      readers--;
    }
    if (mode == OpenMode.READ || writers == 0) {
      return false;
    }
    writers--;
    return writers == 0;
  }

  synchronized boolean isOpen() {
    return readers + writers > 0;
  }

  void used(long nanos) {
    lastUse = nanos;
  }

  long lastUse() {
    return lastUse;
  }

  synchronized boolean isRetired() {
    return retired;
  }

  /** Ends this state if nobody needs it; whoever still finds it must look for another. */
  synchronized boolean retire(boolean force) throws IOException {
    if (!force && (readers + writers > 0 || dirty != null)) {
      return false;
    }
    retired = true;
    forget();
    return true;
  }
}
