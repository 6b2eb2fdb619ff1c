// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/** How the quotas of a Btrfs volume are kept. One mode holds for a whole file system. */
public enum QuotaMode {
  /** Simple quotas (Linux 6.7 and later): cheap, and right for ever. */
  SIMPLE,
  /** Full qgroups: also count what snapshots share, at a price that grows with their number. */
  FULL;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
