// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.grapevinefs.replication.core.Dot;

/** What the parts of one simulation share. */
final class World {

  final long seed;
  final Mutant mutant;
  final RandomGenerator random;
  final Swarm swarm;
  final Schedule schedule = new Schedule();
  final Network network;
  final Ledger ledger = new Ledger();
  final List<SimNode> nodes = new ArrayList<>();
  final Membership membership;
  final boolean merges;
  private final boolean telling;
  private final StringBuilder story = new StringBuilder();
  private long hash;
  private int nextCell = 1;
  private final Map<List<Dot>, Integer> mergedCells = new HashMap<>();

  World(long seed, Mutant mutant, boolean merges, boolean telling) {
    this.seed = seed;
    this.merges = merges;
    this.mutant = mutant;
    this.telling = telling;
    this.random = new SplittableRandom(seed);
    this.swarm = Swarm.draw(random);
    this.network = new Network(schedule, random, swarm);
    this.membership = new Membership(this);
  }

  boolean is(Mutant other) {
    return mutant == other;
  }

  /** True once in so many times. */
  boolean onceIn(int times) {
    return random.nextInt(times) == 0;
  }

  /** A piece of content that no other write has. */
  int freshCell() {
    return nextCell++;
  }

  /** What two contents are merged into: the same whoever does it. */
  int mergedCell(Dot one, Dot other) {
    return mergedCells.computeIfAbsent(List.of(one, other), pair -> freshCell());
  }

  /** A line of the story; every line also counts in the hash that shows two runs to be equal. */
  @SuppressWarnings("AnnotateFormatMethod") // the story is for people; a bad format shows at once
  void tell(String form, Object... arguments) {
    if (telling) {
      String line = "%9.3f s  %s%n".formatted(schedule.now() / 1e6, form.formatted(arguments));
      story.append(line);
    }
    hash = hash * 31 + schedule.now();
    for (Object argument : arguments) {
      hash =
          hash * 31
              + (argument instanceof Number || argument instanceof String
                  ? argument.hashCode()
                  : 7);
    }
  }

  /** The story so far. */
  String story() {
    return story.toString();
  }

  /** A number that two equal runs share. */
  long hash() {
    return hash;
  }
}
