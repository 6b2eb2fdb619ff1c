// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/** When changes of names are on disk. fsync and COMMIT always hold, in both. */
public enum Durability {
  /** Names and new files within a second; a power loss may cost the last second of them. */
  RELAXED,
  /** Every change of a name before its reply. */
  STRICT;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
