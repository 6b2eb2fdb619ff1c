// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A door in front of memory that is not Java's: users come and go, and once it is shut, which waits
 * for those who are in, nobody touches that memory any more. A read of a closed database would end
 * the process. Who is in must not wait for a lock that others hold while they enter.
 */
final class Gate {

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean shut;

  /**
   * Lets a user in, who must {@link #leave}.
   *
   * @throws IndexFailure if it is shut
   */
  void enter() {
    if (!tryEnter()) {
      throw new IndexFailure("the index is closed");
    }
  }

  /** Lets a user in, who must {@link #leave}; false if it is shut. */
  boolean tryEnter() {
    lock.readLock().lock();
    if (shut) {
      lock.readLock().unlock();
      return false;
    }
    return true;
  }

  void leave() {
    lock.readLock().unlock();
  }

  /** Shuts it when nobody is in; false if it was shut before. */
  boolean shut() {
    lock.writeLock().lock();
    try {
      boolean first = !shut;
      shut = true;
      return first;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
