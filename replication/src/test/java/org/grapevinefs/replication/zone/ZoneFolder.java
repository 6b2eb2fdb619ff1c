// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.grapevinefs.replication.volume.Volume;

/** A zone's place for a test, that can be opened again and again. */
final class ZoneFolder {

  private static final String ZONE = "tier-1";

  private final Volume volume;
  private final ZoneHome home;

  ZoneFolder(Volume volume, String node) {
    this(volume, node, InstantSource.system());
  }

  ZoneFolder(Volume volume, String node, InstantSource time) {
    this.volume = volume;
    this.home =
        new ZoneHome(
            ZONE,
            node,
            volume,
            volume.path().resolve("tokens"),
            time,
            System::nanoTime,
            new SplittableRandom(System.nanoTime()));
  }

  LocalZone open(ZoneSettings settings) throws IOException {
    return home.open(settings);
  }

  /** Where people find the files. */
  Path files() {
    return volume.path().resolve(ZONE);
  }
}
