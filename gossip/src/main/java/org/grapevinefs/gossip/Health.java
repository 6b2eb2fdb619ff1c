// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/**
 * What a node says of its own condition.
 *
 * @param diskLow a volume is nearly full
 * @param readOnly a volume takes no writes
 * @param slow the node is overloaded, or runs late; others prefer a nearer one
 */
public record Health(boolean diskLow, boolean readOnly, boolean slow) {
  /** Nothing to report. */
  public static final Health GOOD = new Health(false, false, false);

  private static final int DISK_LOW = 1;
  private static final int READ_ONLY = 2;
  private static final int SLOW = 4;

  static Health ofBits(int bits) {
    return new Health((bits & DISK_LOW) != 0, (bits & READ_ONLY) != 0, (bits & SLOW) != 0);
  }

  int toBits() {
    return (diskLow ? DISK_LOW : 0) | (readOnly ? READ_ONLY : 0) | (slow ? SLOW : 0);
  }
}
