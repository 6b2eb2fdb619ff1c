// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import org.grapevinefs.replication.core.FileId;

/**
 * One who wants to know of changes that did not come through its own calls: those that replication
 * brought.
 */
@FunctionalInterface
public interface ChangeListener {

  /**
   * Called after a file or a directory's listing changed, and now and then though nothing did; must
   * return at once and not throw.
   */
  void changed(FileId id);
}
