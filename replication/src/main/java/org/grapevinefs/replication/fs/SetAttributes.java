// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import org.grapevinefs.replication.core.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * The attributes to set; null leaves one as it is.
 *
 * @param mode 12 permission bits
 * @param uid new owner
 * @param gid new group
 * @param size new length in bytes, of a regular file only
 * @param accessed new access time
 * @param modified new modification time
 * @param unmasked of something new, the mode before its maker's umask was taken off: counts in the
 *     place of {@code mode} where the directory has a default access control list
 */
public record SetAttributes(
    @Nullable Integer mode,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long size,
    @Nullable SetTime accessed,
    @Nullable SetTime modified,
    @Nullable Integer unmasked) {

  /** Leaves everything as it is. */
  public static final SetAttributes NONE = new SetAttributes(null, null, null, null, null, null);

  /** All but a mode without umask. */
  public SetAttributes(
      @Nullable Integer mode,
      @Nullable Integer uid,
      @Nullable Integer gid,
      @Nullable Long size,
      @Nullable SetTime accessed,
      @Nullable SetTime modified) {
    this(mode, uid, gid, size, accessed, modified, null);
  }

  /** A time to set: the server's clock, or one given. */
  public sealed interface SetTime {
    /** The server's clock at the moment of the call. */
    record Now() implements SetTime {}

    /** A time that the client chose. */
    record Given(Timestamp time) implements SetTime {}
  }

  /** The same with another mode, whatever the umask. */
  public SetAttributes withMode(int other) {
    return new SetAttributes(other, uid, gid, size, accessed, modified);
  }

  /** Only a mode. */
  public static SetAttributes mode(int mode) {
    return new SetAttributes(mode, null, null, null, null, null);
  }

  /** Only a length. */
  public static SetAttributes size(long size) {
    return new SetAttributes(null, null, null, size, null, null);
  }
}
