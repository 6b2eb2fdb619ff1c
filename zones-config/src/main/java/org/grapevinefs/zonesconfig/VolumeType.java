// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/** What a volume is taken for. */
public enum VolumeType {
  /** Btrfs where the file system is one and this node may use it as such, else a directory. */
  AUTO,
  /** A directory on any file system: no kernel quota, no snapshots, no reflinks. */
  DIRECTORY,
  /** A Btrfs file system; the node says so and does not serve from it when it is not. */
  BTRFS;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
