// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/**
 * What a rename did to the two directories (twice the same where there is one).
 *
 * @param from the directory that lost the name
 * @param to the directory that gained it
 */
public record Renamed(DirectoryChange from, DirectoryChange to) {}
