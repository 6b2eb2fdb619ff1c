// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/**
 * How much a replica holds.
 *
 * @param files inodes that are there, the root not counted
 * @param bytes the sum of their sizes
 * @param conflicts entries under computed names
 * @param pending inodes with contents known but not held
 * @param unsettled inodes whose entries on disk are to be looked at
 */
public record Counts(long files, long bytes, long conflicts, long pending, long unsettled) {}
