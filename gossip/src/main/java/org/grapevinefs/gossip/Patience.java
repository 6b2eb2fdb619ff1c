// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/**
 * The node's trust in its own ears: time that it was really awake, and a factor for its waits.
 *
 * <p>A node that was paused (a closed lid, a stopped virtual machine, a long garbage collection)
 * has not listened, so the silence of others then says nothing about them: awake time does not run
 * on. And a node that runs late once is likely to do it again, so each time doubles its patience,
 * up to 8, and 10 s in time halve it: the local health of Lifeguard (Dadgar, Phillips, Currey,
 * 2018), with lateness for its only witness.
 */
final class Patience {
  private static final int LARGEST = 8;
  private static final long GRACE = 500_000_000L;
  private static final long CALM = 10_000_000_000L;

  private final long tick;
  private long lastTick;
  private long awake;
  private long changedAt;
  private int factor = 1;
  private boolean started;

  Patience(long tickNanos) {
    this.tick = tickNanos;
  }

  /** Takes the time; gives the nanoseconds since the last call, 0 at the first. */
  long onTick(long now) {
    if (!started) {
      started = true;
      lastTick = now;
      return 0;
    }
    long elapsed = Math.max(0, now - lastTick);
    lastTick = now;
    awake += Math.min(elapsed, tick + GRACE);
    if (elapsed > tick + GRACE) {
      factor = Math.min(LARGEST, factor * 2);
      changedAt = awake;
    } else if (factor > 1 && awake - changedAt > CALM) {
      factor /= 2;
      changedAt = awake;
    }
    return elapsed;
  }

  /** Nanoseconds that this node was awake. */
  long awake() {
    return awake;
  }

  int factor() {
    return factor;
  }
}
