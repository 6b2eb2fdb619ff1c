// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The owners of one client of minor version 0. Those not used for longest are forgotten first. */
final class OwnerSequences {

  private static final int MOST = 4_096;

  /**
   * An owner: of opens or of locks.
   *
   * @param lock whether of locks
   */
  private record Key(Opaque owner, boolean lock) {}

  private final Map<Key, OwnerSequence> sequences = new LinkedHashMap<>(16, 0.75f, true);

  /** The place of an owner, a new one if it is not known. */
  synchronized OwnerSequence of(Opaque owner, boolean lock) {
    OwnerSequence known =
        sequences.computeIfAbsent(new Key(owner, lock), key -> new OwnerSequence());
    if (sequences.size() > MOST) {
      Iterator<OwnerSequence> oldest = sequences.values().iterator();
      oldest.next();
      oldest.remove();
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
    sequences.remove(new Key(owner, true));
  }
}
