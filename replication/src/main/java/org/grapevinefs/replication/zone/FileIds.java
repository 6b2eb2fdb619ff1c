// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.util.function.Supplier;
import org.grapevinefs.replication.core.FileId;

/**
 * Ids for what is made here: of a few hundred only the first is random, and the others follow it.
 * What was made together then lies together in the index, which spares it most of the looking for
 * places. Spread over the whole range there are still enough to tell from one id how many come
 * before it. Thread-safe.
 */
final class FileIds {

  /** Ids that follow one another. */
  static final int TOGETHER = 256;

  private final Supplier<FileId> random;
  private FileId last = FileId.ROOT;
  private int left;

  /**
   * Ids from others.
   *
   * @param random gives ids of which no two are ever the same
   */
  FileIds(Supplier<FileId> random) {
    this.random = random;
  }

  /** The next id; never {@link FileId#ROOT}. */
  synchronized FileId next() {
    if (left == 0 || last.low() == -1) {
      last = random.get();
      left = TOGETHER - 1;
    } else {
      last = new FileId(last.high(), last.low() + 1);
      left--;
    }
    return last;
  }
}
