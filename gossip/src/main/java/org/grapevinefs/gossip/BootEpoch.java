// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The number of this start of the node: larger than at any start before, so that no packet of an
 * earlier life counts again.
 *
 * <p>Milliseconds since 1970 where the clock goes forward, one more than the last otherwise; kept
 * in {@code <data>/boot.epoch}.
 */
final class BootEpoch {
  static final String FILE_NAME = "boot.epoch";

  private BootEpoch() {}

  static long next(Path data, InstantSource wall) throws IOException {
    Path file = data.resolve(FILE_NAME);
    Files.createDirectories(data);
    long last = 0;
    if (Files.exists(file)) {
      try {
        last = Long.parseLong(Files.readString(file).strip());
      } catch (NumberFormatException e) {
        throw new IOException(
            file + " holds no number; remove it if this machine's clock is right, and start again",
            e);
      }
    }
    long next = Math.max(last + 1, wall.millis());
    PrivateFiles.replaceAtomically(file, next + "\n");
    return next;
  }
}
