// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a replica keeps in memory beside its store: small things that every change needs. A
 * transaction works on a copy, which takes the place of the old one when its batch is committed.
 */
final class State implements Cloneable {
  Origin origin;
  Knowledge knowledge = Knowledge.NONE;
  Knowledge horizon = Knowledge.NONE;
  Map<Origin, String> names = Map.of();
  long clock;
  long tick;
  long digest;
  long files;
  long bytes;
  long conflicts;
  long pending;
  long unsettled;
  long intents;

  /** Own changes up to this one have their contents' bytes on disk; below 0 if nobody notes it. */
  long bytesOnDisk = -1;

  /** Directories that share a name with another: while there are any, names are resolved slowly. */
  Set<FileId> merged = Set.of();

  /** Deleted directories that show all the same, since something in them does. */
  Set<FileId> revived = Set.of();

  /** Parents that do not exist. */
  Set<FileId> missing = Set.of();

  /** Directories whose move is undone. */
  Map<FileId, Link> undone = Map.of();

  /** Directories that show as another one, as on disk. */
  Map<FileId, FileId> aliases = Map.of();

  /** A large pull that is being merged piece by piece. */
  @Nullable Installation installing;

  State(Origin origin) {
    this.origin = origin;
  }

  @Override
  public State clone() {
    try {
      return (State) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
    Map<K, V> more = new HashMap<>(map);
    more.put(key, value);
    return Collections.unmodifiableMap(more);
  }

  static <K, V> Map<K, V> without(Map<K, V> map, K key) {
    Map<K, V> fewer = new HashMap<>(map);
    fewer.remove(key);
    return Collections.unmodifiableMap(fewer);
  }

  static Map<Origin, String> names(Map<Origin, String> names) {
    return Collections.unmodifiableMap(new TreeMap<>(names));
  }
}
