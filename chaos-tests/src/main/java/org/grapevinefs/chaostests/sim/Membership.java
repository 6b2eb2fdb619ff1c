// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Who is a member of the zone: nodes are removed and added again, with the disk that they had or an
 * empty one, or never. A removed node hears and says nothing, nobody waits for it with purging, and
 * its people go on working.
 *
 * <p>It draws from numbers of its own, so that a history without it is what its seed always told.
 */
final class Membership {

  private static final long OWN_NUMBERS = 53L << 32;
  private static final int ONE_HISTORY_IN = 4;
  private static final int ONE_STEP_IN = 25;

  private final World world;
  private final RandomGenerator random;
  private final boolean changes;
  private final Set<SimNode> away = new HashSet<>();

  Membership(World world) {
    this.world = world;
    this.random = new SplittableRandom(world.seed ^ OWN_NUMBERS);
    this.changes = random.nextInt(ONE_HISTORY_IN) == 0;
  }

  /** Whether members come and go in this history. */
  boolean changes() {
    return changes;
  }

  boolean isMember(SimNode node) {
    return !away.contains(node);
  }

  /** The members. */
  List<SimNode> members() {
    return world.nodes.stream().filter(this::isMember).toList();
  }

  /** Now and then removes a member or adds one; returns whether a disk was emptied for that. */
  boolean step() {
    if (!changes || random.nextInt(ONE_STEP_IN) > 0) {
      return false;
    }
    SimNode node = world.nodes.get(random.nextInt(world.nodes.size()));
    if (isMember(node)) {
      if (members().size() > 2) {
        away.add(node);
        world.tell("%s is a member no longer", node.name);
      }
      return false;
    }
    return add(node, random.nextInt(3) == 0);
  }

  private boolean add(SimNode node, boolean anew) {
    away.remove(node);
    if (anew) {
      node.wipe();
    }
    world.tell("%s is a member again", node.name);
    return anew;
  }

  /** In the end all are members again, but for those that never are. */
  void settle() {
    for (SimNode node : new ArrayList<>(world.nodes)) {
      if (!isMember(node) && random.nextInt(3) > 0) {
        add(node, random.nextInt(3) == 0);
      }
    }
    List<SimNode> gone = world.nodes.stream().filter(node -> !isMember(node)).toList();
    world.nodes.removeAll(gone);
    for (SimNode node : gone) {
      node.end();
      world.tell("%s never comes back", node.name);
    }
  }
}
