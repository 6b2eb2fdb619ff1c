// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The owners of one client of minor version 0. Those not used for longest are forgotten first; the
 * more there are of all clients, the fewer are remembered of each.
 */
final class OwnerSequences {

  private static final int MOST = 4_096;
  private static final int MOST_OF_ALL = 65_536;
  private static final int FEW = 16;

  /**
   * An owner: of opens or of locks.
   *
   * @param lock whether of locks
   */
  private record Key(Opaque owner, boolean lock) {}

  private final Map<Key, OwnerSequence> sequences = new LinkedHashMap<>(16, 0.75f, true);

  private final AtomicInteger ofAll;

  /** No owners yet; the count is shared by all clients. */
  OwnerSequences(AtomicInteger ofAll) {
    this.ofAll = ofAll;
  }

  /** The place of an owner, a new one if it is not known. */
  synchronized OwnerSequence of(Opaque owner, boolean lock) {
    OwnerSequence known =
        sequences.computeIfAbsent(
            new Key(owner, lock),
            key -> {
              ofAll.incrementAndGet();
              return new OwnerSequence();
            });
    int most = ofAll.get() > MOST_OF_ALL ? FEW : MOST;
    if (sequences.size() > most) {
      Iterator<OwnerSequence> oldest = sequences.values().iterator();
      oldest.next();
      oldest.remove();
      ofAll.decrementAndGet();
    }
    return known;
  }

  /** Whose the open was that is closed already; null if nobody remembers. */
  synchronized @Nullable OwnerSequence closer(int number) {
    for (OwnerSequence sequence : sequences.values()) {
      if (sequence.closed == number) {
        return sequence;
      }
    }
    return null;
  }

  /** Forgets a lock owner. */
  synchronized void release(Opaque owner) {
    if (sequences.remove(new Key(owner, true)) != null) {
      ofAll.decrementAndGet();
    }
  }

  /** Forgets all, with the client. */
  synchronized void clear() {
    ofAll.addAndGet(-sequences.size());
    sequences.clear();
  }
}
