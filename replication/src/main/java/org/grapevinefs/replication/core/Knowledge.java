// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a replica knows: for each origin the highest number of a change that it has, and with it all
 * before. Immutable. Also used for the horizon, the highest numbers of any purged tombstone.
 *
 * <p>Two arrays sorted by origin: tens of entries, read far more often than changed.
 */
public final class Knowledge {

  /** Knows of no change. */
  public static final Knowledge NONE = new Knowledge(new long[0], new long[0]);

  private final long[] origins;
  private final long[] seqs;
  private final long sum;
  private final long digest;

  private Knowledge(long[] origins, long[] seqs) {
    this.origins = origins;
    this.seqs = seqs;
    long total = 0;
    long mixed = 0;
    for (int i = 0; i < origins.length; i++) {
      total += seqs[i];
      mixed += Hash64.mix(origins[i], seqs[i]);
    }
    this.sum = total;
    this.digest = mixed;
  }

  /** The knowledge with these entries; entries of 0 are left out. */
  public static Knowledge of(Map<Origin, Long> entries) {
    TreeMap<Origin, Long> sorted = new TreeMap<>(entries);
    sorted.values().removeIf(seq -> seq <= 0);
    long[] origins = sorted.keySet().stream().mapToLong(Origin::value).toArray();
    return new Knowledge(origins, sorted.values().stream().mapToLong(Long::longValue).toArray());
  }

  private int find(long origin) {
    int low = 0;
    int high = origins.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Long.compareUnsigned(origins[middle], origin);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /** The highest number known of an origin; 0 if none. */
  public long get(Origin origin) {
    int at = find(origin.value());
    return at < 0 ? 0 : seqs[at];
  }

  /** Whether a change is known. */
  public boolean covers(Dot dot) {
    return get(dot.origin()) >= dot.seq();
  }

  /** This and all changes up to a dot. */
  public Knowledge with(Dot dot) {
    int at = find(dot.origin().value());
    if (at >= 0) {
      if (seqs[at] >= dot.seq()) {
        return this;
      }
      long[] raised = seqs.clone();
      raised[at] = dot.seq();
      return new Knowledge(origins, raised);
    }
    int where = -at - 1;
    return new Knowledge(
        insert(origins, where, dot.origin().value()), insert(seqs, where, dot.seq()));
  }

  private static long[] insert(long[] array, int where, long value) {
    long[] longer = Arrays.copyOf(array, array.length + 1);
    System.arraycopy(array, where, longer, where + 1, array.length - where);
    longer[where] = value;
    return longer;
  }

  /** This with an origin set back to a lower number, or taken out with 0. */
  Knowledge lowered(Origin origin, long seq) {
    SortedMap<Origin, Long> entries = new TreeMap<>(asMap());
    entries.put(origin, seq);
    return of(entries);
  }

  /** All that either knows. */
  public Knowledge join(Knowledge other) {
    if (includes(other)) {
      return this;
    }
    if (other.includes(this)) {
      return other;
    }
    TreeMap<Origin, Long> joined = new TreeMap<>(asMap());
    other.asMap().forEach((origin, seq) -> joined.merge(origin, seq, Math::max));
    return of(joined);
  }

  /** Whether this knows all that the other does. */
  public boolean includes(Knowledge other) {
    int at = 0;
    for (int i = 0; i < other.origins.length; i++) {
      while (at < origins.length && Long.compareUnsigned(origins[at], other.origins[i]) < 0) {
        at++;
      }
      if (at == origins.length || origins[at] != other.origins[i] || seqs[at] < other.seqs[i]) {
        return false;
      }
    }
    return true;
  }

  /** The zone version number for people: the count of all changes known. */
  public long sum() {
    return sum;
  }

  /** 64 bits that decide whether two replicas know the same. */
  public long digest() {
    return digest;
  }

  /** The number of origins. */
  public int size() {
    return origins.length;
  }

  /** Whether no change is known. */
  public boolean isEmpty() {
    return origins.length == 0;
  }

  /** The entries, sorted by origin. */
  public SortedMap<Origin, Long> asMap() {
    TreeMap<Origin, Long> map = new TreeMap<>();
    for (int i = 0; i < origins.length; i++) {
      map.put(new Origin(origins[i]), seqs[i]);
    }
    return Collections.unmodifiableSortedMap(map);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Knowledge that
        && Arrays.equals(origins, that.origins)
        && Arrays.equals(seqs, that.seqs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(origins) * 31 + Arrays.hashCode(seqs);
  }

  @Override
  public String toString() {
    return asMap().toString();
  }
}
