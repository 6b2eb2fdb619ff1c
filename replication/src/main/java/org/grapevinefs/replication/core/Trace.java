// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import org.jspecify.annotations.Nullable;

/**
 * Whether a change notes what a content was made from, for files that the zone merges.
 *
 * @param on whether it does
 * @param before the bytes of the content that the change supersedes, to be kept as the ancestor of
 *     what may still be written apart; null if they are not known, or too many
 */
public record Trace(boolean on, @Nullable Bytes before) {

  /** Nothing is noted. */
  public static final Trace NONE = new Trace(false, null);

  /** What it was made from is noted, with the bytes it had before if they are known. */
  public static Trace of(@Nullable Bytes before) {
    return new Trace(true, before);
  }
}
