// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Map;

/**
 * What goes before the records of an answer.
 *
 * @param response a number that every record of this answer carries
 * @param knowledge what the answering replica knew at its snapshot
 * @param names the node name of each origin it knows
 * @param horizon the highest numbers of what it purged, tombstones and all
 * @param mode whether the records are all that it has
 * @param count how many records follow
 * @param stateDigest its state digest at the snapshot
 */
public record PullHeader(
    long response,
    Knowledge knowledge,
    Map<Origin, String> names,
    Knowledge horizon,
    Mode mode,
    long count,
    long stateDigest) {

  /** How much an answer holds. */
  public enum Mode {
    /** Every inode with a change that the asker does not know. */
    DELTA,
    /** Every inode there is: what is absent was deleted. */
    FULL
  }

  /** Copies. */
  public PullHeader {
    names = Map.copyOf(names);
  }
}
