// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.merge;

import org.jspecify.annotations.Nullable;

/** A way to make one content of two that were made from a common one. Pure, and the same always. */
@FunctionalInterface
public interface ThreeWayMerge {

  /** The largest content that is merged, in bytes. */
  int MOST_BYTES = 1 << 20;

  /**
   * The merged content; null if there is none that keeps the changes of both, so that both contents
   * must stay.
   *
   * @param base what both were made from
   * @param earlier the one that yields where both changed the same thing and one must win
   * @param later the one that wins
   */
  byte @Nullable [] merge(byte[] base, byte[] earlier, byte[] later);
}
