// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/**
 * The bounds of a replica.
 *
 * @param links most hard links of one file
 * @param stagedRecords most records in one pull
 * @param stagedInMemory most of these kept in memory before they are put aside in the store
 * @param mergedAtOnce most of these merged in one batch; more are merged piece by piece
 * @param installedAtOnce most inodes in such a piece
 * @param newsInMemory most ids of changed inodes that an answer keeps in memory; of more all inodes
 *     are walked over
 * @param origins most origins in a zone
 * @param nodeNameLength longest node name, in characters
 */
public record Limits(
    int links,
    int stagedRecords,
    int stagedInMemory,
    int mergedAtOnce,
    int installedAtOnce,
    int newsInMemory,
    int origins,
    int nodeNameLength) {

  /** The bounds for ordinary use. */
  public static final Limits DEFAULT =
      new Limits(1_000, 16_000_000, 1_024, 20_000, 2_000, 100_000, 100_000, 253);
}
