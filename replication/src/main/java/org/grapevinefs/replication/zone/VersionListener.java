// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

/** One who tells others that a zone's version changed. */
@FunctionalInterface
public interface VersionListener {

  /**
   * Called after a change; must return at once.
   *
   * @param begun whether it is only a beginning, a new file whose bytes are about to be written:
   *     who waits some milliseconds can tell of both together
   */
  void changed(boolean begun);
}
