// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A network that delays, loses, doubles and reorders messages, and can be cut in one direction.
 * Once healed it only delays.
 */
final class Network {

  private static final long LONGEST_DELAY = 200_000;

  private final Schedule schedule;
  private final RandomGenerator random;
  private final Swarm swarm;
  private final Set<Integer> cuts = new HashSet<>();
  private boolean healed;
  private long sent;

  Network(Schedule schedule, RandomGenerator random, Swarm swarm) {
    this.schedule = schedule;
    this.random = random;
    this.swarm = swarm;
  }

  /** Cuts or mends one direction between two nodes. */
  void cut(int from, int to, boolean off) {
    if (off) {
      cuts.add(from * 64 + to);
    } else {
      cuts.remove(from * 64 + to);
    }
  }

  /** Ends all faults. */
  void heal() {
    healed = true;
    cuts.clear();
  }

  /** Whether faults have ended. */
  boolean isHealed() {
    return healed;
  }

  /** The number of messages sent so far. */
  long sent() {
    return sent;
  }

  /** Sends a message: {@code arrival} runs once, several times or never. */
  void send(int from, int to, Runnable arrival) {
    sent++;
    if (cuts.contains(from * 64 + to)) {
      return;
    }
    if (healed) {
      schedule.after(1_000, arrival);
      return;
    }
    if (random.nextInt(1_000) < swarm.lossPerMille()) {
      return;
    }
    schedule.after(delay(), arrival);
    if (random.nextInt(1_000) < swarm.doublePerMille()) {
      schedule.after(delay(), arrival);
    }
  }

  private long delay() {
    return 100 + random.nextLong(swarm.reorders() ? LONGEST_DELAY : 1_000);
  }
}
