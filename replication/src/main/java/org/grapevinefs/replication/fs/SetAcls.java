// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import org.grapevinefs.replication.core.AccessControlList;
import org.jspecify.annotations.Nullable;

/**
 * The access control lists to set; null leaves one as it is.
 *
 * @param access who may do what; this sets the nine permission bits of the mode too
 * @param defaults what those made in this directory begin with
 */
public record SetAcls(@Nullable Choice access, @Nullable Choice defaults) {

  /** What a file is to have. */
  public sealed interface Choice {
    /** No list: the mode, as it is, says all. */
    record None() implements Choice {}

    /** This list. */
    record Given(AccessControlList list) implements Choice {}
  }
}
