// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** How often each operation ran, and how many did not end with OK. */
final class OperationCounters {

  private final LongAdder[] counts = new LongAdder[Op.NUMBERS];
  private final LongAdder failures = new LongAdder();

  OperationCounters() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void count(Op op) {
    counts[op.number()].increment();
  }

  void countFailure() {
    failures.increment();
  }

  long failures() {
    return failures.sum();
  }

  /** The operations that ran at all, by name. */
  Map<String, Long> byName() {
    Map<String, Long> result = new TreeMap<>();
    for (Op op : Op.values()) {
      long count = counts[op.number()].sum();
      if (count > 0) {
        result.put(op.name(), count);
      }
    }
    return result;
  }
}
