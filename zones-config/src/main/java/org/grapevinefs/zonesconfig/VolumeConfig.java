// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One place on this node where zones are kept.
 *
 * @param name what {@code [placement]} in a zone's file calls it
 * @param path an absolute folder, or the mount point of a Btrfs file system
 * @param capacity the most that all zones on it may take; empty: what the file system has
 * @param type what it is taken for
 * @param quotaMode how Btrfs counts; means nothing for a directory
 */
public record VolumeConfig(
    String name, Path path, Optional<ByteSize> capacity, VolumeType type, QuotaMode quotaMode) {

  /** Checks name and path; an {@link InvalidValueException} says what is wrong. */
  public VolumeConfig {
    Names.check("volume", name);
    if (!path.isAbsolute()) {
      throw new InvalidValueException("a volume's path begins with '/': \"" + path + "\"");
    }
  }

  /** A volume of which only name and place are said. */
  public static VolumeConfig of(String name, Path path) {
    return new VolumeConfig(name, path, Optional.empty(), VolumeType.AUTO, QuotaMode.SIMPLE);
  }

  /** The same volume, taken for another kind. */
  public VolumeConfig withType(VolumeType other) {
    return new VolumeConfig(name, path, capacity, other, quotaMode);
  }
}
