// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.grapevinefs.zonesconfig.ZoneName;

/**
 * When a zone that stopped writing, since its disk failed, may be opened anew: as soon as the disk
 * takes writes again, but for one that fails again and again ever later. For one thread.
 */
final class Restarts {
  private static final int MOST_TURNS = 64;

  /** How many turns each zone that was opened anew waits the next time. */
  private final Map<ZoneName, Integer> patience = new HashMap<>();

  private final Map<ZoneName, Integer> waited = new HashMap<>();

  /** Whether a zone is to be opened anew now; asked once each turn. */
  boolean isDue(ServedZone.Held zone) {
    ZoneName name = zone.config().name();
    Path index = zone.folder().resolveSibling(".grapevine").resolve(name.value());
    return isDue(name, zone.replica().status().fault() != null, index);
  }

  boolean isDue(ZoneName name, boolean failed, Path index) {
    if (!failed) {
      waited.remove(name);
      return false;
    }
    int turns = waited.merge(name, 1, Integer::sum);
    int wanted = patience.getOrDefault(name, 1);
    if (turns < wanted || !takesWrites(index)) {
      return false;
    }
    waited.remove(name);
    patience.put(name, Math.min(2 * wanted, MOST_TURNS));
    return true;
  }

  private static boolean takesWrites(Path index) {
    Path probe = index.resolve("probe");
    try {
      try (FileChannel file =
          FileChannel.open(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.allocate(1));
        file.force(true);
      } finally {
        Files.deleteIfExists(probe);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
