// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import org.grapevinefs.replication.core.FileType;

/**
 * A name found in a directory on disk.
 *
 * @param name its bytes
 * @param typeBits what it is, as in a mode; 0 where the file system does not say
 * @param inode its number on this file system
 */
public record DiskEntry(byte[] name, int typeBits, long inode) {

  /** What it is, if the listing told. */
  public FileType type() {
    return FileStat.type(typeBits);
  }

  /** Whether the listing told what it is. */
  public boolean typeKnown() {
    return typeBits != 0;
  }

  boolean isDots() {
    return (name.length == 1 && name[0] == '.')
        || (name.length == 2 && name[0] == '.' && name[1] == '.');
  }
}
