// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;

/**
 * What a merged pull did.
 *
 * @param changed inodes whose registers changed
 * @param removed of these, how many no longer show
 * @param alarms what an administrator should hear of
 * @param more whether this was only a part, and {@link Replica#install} merges the next one
 */
public record PullResult(List<FileId> changed, long removed, List<String> alarms, boolean more) {

  /** Copies. */
  public PullResult {
    changed = List.copyOf(changed);
    alarms = List.copyOf(alarms);
  }
}
