// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes to a {@link ReplicaStore} that happen together or not at all. Not thread-safe. */
public final class Batch {

  private final List<Change> changes = new ArrayList<>();

  /**
   * One change.
   *
   * @param value the new value; null takes the key out
   */
  public record Change(Table table, byte[] key, byte @Nullable [] value) {}

  /** Sets a key's value. */
  public Batch put(Table table, byte[] key, byte[] value) {
    changes.add(new Change(table, key, value));
    return this;
  }

  /** Takes a key out. */
  public Batch delete(Table table, byte[] key) {
    changes.add(new Change(table, key, null));
    return this;
  }

  /** The changes in order. */
  public List<Change> changes() {
    return changes;
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }
}
