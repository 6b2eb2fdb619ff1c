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
    int moves) {

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
        random.nextInt(6));
  }
}
