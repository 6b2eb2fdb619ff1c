// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Attributes to set; null leaves one as it is.
 *
 * @param mode 12 permission bits
 * @param uid new owner
 * @param gid new group
 * @param accessed new access time
 * @param modified new modification time
 * @param xattrs all extended attributes
 */
public record AttrsChange(
    @Nullable Integer mode,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Timestamp accessed,
    @Nullable Timestamp modified,
    @Nullable SortedMap<String, Bytes> xattrs) {

  /** Mode, owner and group of a new file. */
  public static AttrsChange owned(int mode, int uid, int gid) {
    return new AttrsChange(mode, uid, gid, null, null, null);
  }

  /** Only the extended attributes. */
  public static AttrsChange xattrs(SortedMap<String, Bytes> xattrs) {
    return new AttrsChange(null, null, null, null, null, xattrs);
  }
}
