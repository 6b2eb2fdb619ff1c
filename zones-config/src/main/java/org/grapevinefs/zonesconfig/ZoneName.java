// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Set;

/**
 * The name of a zone: of its file in {@code zones.d}, of its folder on a volume and of its mount.
 *
 * <p>Names that begin with a dot ({@code .grapevine}, {@code .snapshots}) are the volume's own, and
 * the rule below refuses them; {@link #RESERVED} says so in words.
 *
 * @param value 1 to 63 characters of {@code a-z 0-9 - _ .}, not beginning with {@code .} or {@code
 *     -}
 */
public record ZoneName(String value) implements Comparable<ZoneName> {

  /** The names that a volume or an NFS server keeps for itself. */
  public static final Set<String> RESERVED =
      Set.of(".", "..", ".grapevine", ".snapshots", ".zfs", "lost+found");

  /** Checks the name; an {@link InvalidValueException} says what is wrong. */
  public ZoneName {
    if (RESERVED.contains(value)) {
      throw new InvalidValueException("\"" + value + "\" is reserved and cannot name a zone");
    }
    Names.check("zone", value);
  }

  @Override
  public int compareTo(ZoneName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
