// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.random.RandomGenerator;

/**
 * What a history has in it. Each seed draws its own, so that some histories are all of one kind:
 * rare faults meet more often when not everything happens at once (Groce and others, "Swarm
 * testing", 2012).
 *
 * @param nodes replicas
 * @param steps things that happen before the faults end
 * @param files how many files there are to work on; few make conflicts
 * @param lossPerMille messages lost, of 1,000
 * @param doublePerMille messages doubled, of 1,000
 * @param reorders whether messages overtake each other
 * @param cuts weight of cutting links
 * @param crashes weight of crashes
 * @param restores weight of restoring old copies
 * @param wipes weight of wiped disks
 * @param clockJumps weight of clock jumps
 * @param purges weight of purging tombstones
 * @param moves weight of renames of directories
 * @param clones weight of disks that come to hold a copy of another node's
 * @param calms weight of moments in which all that are reached hear of all
 * @param agePurges whether tombstones also go by age, known to all or not
 * @param shape who meets whom once healed
 * @param smallStages whether pulls put records aside in the store after the second
 */
record Swarm(
    int nodes,
    int steps,
    int files,
    int lossPerMille,
    int doublePerMille,
    boolean reorders,
    int cuts,
    int crashes,
    int restores,
    int wipes,
    int clockJumps,
    int purges,
    int moves,
    int clones,
    int calms,
    boolean agePurges,
    Shape shape,
    boolean smallStages) {

  /** Who meets whom: what one has, the others must get from those in between. */
  enum Shape {
    ALL,
    LINE,
    RING,
    STAR
  }

  /** Whether two nodes meet once healed. */
  boolean meet(int one, int other) {
    int apart = Math.abs(one - other);
    return switch (shape) {
      case ALL -> true;
      case LINE -> apart == 1;
      case RING -> apart == 1 || apart == nodes - 1;
      case STAR -> one == 0 || other == 0;
    };
  }

  static Swarm draw(RandomGenerator random) {
    return new Swarm(
        3 + random.nextInt(3),
        60 + random.nextInt(140),
        1 + random.nextInt(12),
        random.nextBoolean() ? random.nextInt(300) : 0,
        random.nextBoolean() ? random.nextInt(300) : 0,
        random.nextBoolean(),
        random.nextInt(3),
        random.nextInt(3),
        random.nextInt(2),
        random.nextInt(3) / 2,
        random.nextInt(2),
        random.nextInt(4),
        random.nextInt(6),
        random.nextInt(4) / 2,
        random.nextInt(4),
        random.nextInt(4) == 0,
        Shape.values()[random.nextInt(Shape.values().length)],
        random.nextBoolean());
  }
}
