// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.util.List;

/** What is served right now. Asked anew for every message, so a change takes effect at once. */
@FunctionalInterface
public interface Exports {

  /**
   * The exports of this moment, names and zones all different. Must not block; may come from any
   * thread. While nothing changes, the same list object should come again: what is derived from it
   * is kept for as long as it does.
   */
  List<Export> list();
}
