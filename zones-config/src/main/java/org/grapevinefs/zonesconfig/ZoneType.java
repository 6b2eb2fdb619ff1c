// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/** Where a zone's files are kept. */
public enum ZoneType {
  /** On a volume of each member. */
  FILESYSTEM,
  /** In a tmpfs of the quota's size on each member: gone with the last of them. */
  MEMORY;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
