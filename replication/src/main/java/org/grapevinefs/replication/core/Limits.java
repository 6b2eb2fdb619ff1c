// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/**
 * The bounds of a replica.
 *
 * @param links most hard links of one file
 * @param stagedRecords most records in one pull
 * @param stagedInMemory most of these kept in memory before they are put aside in the store
 * @param origins most origins in a zone
 * @param nodeNameLength longest node name, in characters
 */
public record Limits(
    int links, int stagedRecords, int stagedInMemory, int origins, int nodeNameLength) {

  /** The bounds for ordinary use. */
  public static final Limits DEFAULT = new Limits(1_000, 16_000_000, 1_024, 100_000, 253);
}
