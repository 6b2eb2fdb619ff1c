// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** An index that its disk no longer lets be read or written: the zone must stop writing. */
public final class IndexFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  IndexFailure(String message) {
    super(message);
  }

  IndexFailure(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }

  /** Whether it failed because the disk is full; then it works again when there is room. */
  public boolean isFull() {
    return getCause() instanceof RocksDBException e && isFull(e);
  }

  /** Whether the disk failed it; not so if it was closed, or the disk is full. */
  public boolean isBroken() {
    return getCause() instanceof RocksDBException && !isFull();
  }

  /** Whether the index was closed before it was asked: its zone ends, or is opened anew. */
  public boolean isClosed() {
    return getCause() == null;
  }

  static boolean isFull(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getSubCode() == Status.SubCode.NoSpace;
  }
}
