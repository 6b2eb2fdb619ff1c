// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/**
 * The most of everything that configuration may hold. Going over one is a {@link ConfigProblem}.
 *
 * @param fileBytes of one file
 * @param zones of a mesh
 * @param members of a zone, and nodes of a mesh
 * @param volumes of a node
 * @param listEntries of any other list or table: patterns, labels, clients, seeds
 * @param textLength characters of one text
 * @param problems reported at one load; more are counted, not listed
 */
public record Limits(
    int fileBytes,
    int zones,
    int members,
    int volumes,
    int listEntries,
    int textLength,
    int problems) {

  /** What the daemon uses. */
  public static final Limits DEFAULT = new Limits(1 << 20, 10_000, 128, 64, 1_000, 4_096, 200);

  /** The smallest quota: below it a file system's own records would not fit. */
  public static final ByteSize SMALLEST_QUOTA = new ByteSize(1 << 20);

  /** The most snapshots that a zone may keep: file systems grow slow beyond. */
  public static final int SNAPSHOTS = 250;

  /** Refuses limits that allow nothing. */
  public Limits {
    if (Math.min(Math.min(fileBytes, zones), Math.min(members, volumes)) < 1
        || Math.min(Math.min(listEntries, textLength), problems) < 1) {
      throw new IllegalArgumentException("every limit is at least 1");
    }
  }
}
