// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

/** The asker's end of a streamed answer. */
interface StreamHandle {

  /** Gives back room in the window. */
  void credit(int bytes);

  /** Ends the stream early. */
  void cancel();
}
