// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/** A value of a register: which change wrote it, and when by that node's hybrid clock. */
public sealed interface Stamped permits Place, Attrs, Content {

  /** The change that wrote this value. */
  Dot dot();

  /** The {@link HybridClock} reading at the change. */
  long clock();

  /** Whether this value comes after another: by clock, then by dot. */
  default boolean isLaterThan(Stamped other) {
    int byClock = Long.compare(clock(), other.clock());
    return byClock != 0 ? byClock > 0 : dot().compareTo(other.dot()) > 0;
  }
}
