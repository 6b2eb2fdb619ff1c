// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;

/**
 * What a merged pull did.
 *
 * @param changed inodes whose registers changed
 * @param removed of these, how many no longer show
 * @param alarms what an administrator should hear of
 */
public record PullResult(List<FileId> changed, long removed, List<String> alarms) {

  /** Copies. */
  public PullResult {
    changed = List.copyOf(changed);
    alarms = List.copyOf(alarms);
  }
}
