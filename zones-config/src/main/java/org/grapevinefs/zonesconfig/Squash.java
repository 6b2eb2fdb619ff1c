// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/** Whose rights NFS clients' users get. */
public enum Squash {
  /** A client's root becomes nobody; others are who they say. */
  ROOT,
  /** Everybody becomes nobody. */
  ALL,
  /** Everybody is who they say, root too. */
  NONE;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
