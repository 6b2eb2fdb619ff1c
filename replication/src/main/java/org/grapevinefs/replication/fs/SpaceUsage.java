// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/**
 * What {@code df} shows of a zone.
 *
 * @param totalBytes its quota, or the volume's size if that is smaller
 * @param freeBytes what may still be written
 * @param totalFiles files it may hold
 * @param freeFiles files that may still be created
 */
public record SpaceUsage(long totalBytes, long freeBytes, long totalFiles, long freeFiles) {}
