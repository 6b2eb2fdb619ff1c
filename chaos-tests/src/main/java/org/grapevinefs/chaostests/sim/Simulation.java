// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.jspecify.annotations.Nullable;

/**
 * One history of a zone on several nodes, wholly determined by its seed: first work under faults,
 * during which nothing wrong may ever be seen, then peace, in which all must become one.
 */
public final class Simulation {

  private static final int ROUNDS_TO_CONVERGE = 40;
  private static final int SETTLE = 1_000;
  private static final long YEAR = 365L * 86_400 * 1_000_000;

  private final World world;
  private final Sessions sessions;
  private final Transfers transfers;
  private final Set<Integer> cuts = new HashSet<>();

  /**
   * How a history ended.
   *
   * @param seed its seed
   * @param violation what did not hold; null if all did
   * @param story what happened, if it was asked for
   * @param hash equal for equal runs
   */
  public record Outcome(long seed, @Nullable Throwable violation, String story, long hash) {}

  private Simulation(long seed, Mutant mutant, boolean merges, boolean telling) {
    this.world = new World(seed, mutant, merges, telling);
    this.sessions = new Sessions(world);
    this.transfers = new Transfers(world);
  }

  /** Runs one history in which nobody merges. */
  public static Outcome run(long seed, Mutant mutant, boolean telling) {
    return run(seed, mutant, false, telling);
  }

  /**
   * Runs one history; {@code merges} says whether contents written apart are merged now and then.
   */
  public static Outcome run(long seed, Mutant mutant, boolean merges, boolean telling) {
    Simulation simulation = new Simulation(seed, mutant, merges, telling);
    Throwable violation = null;
    try {
      simulation.run();
    } catch (RuntimeException | StackOverflowError e) {
      violation = e;
    }
    World world = simulation.world;
    return new Outcome(seed, violation, world.story(), world.hash());
  }

  private void run() {
    for (int i = 0; i < world.swarm.nodes(); i++) {
      world.nodes.add(new SimNode(world, i));
    }
    world.tell("seed %d: %s", world.seed, world.swarm);
    for (int i = 0; i < world.swarm.steps(); i++) {
      world.schedule.advance(world.random.nextLong(100_000));
      step(any());
      if (world.membership.step()) {
        weigh();
      }
    }
    heal();
    converge();
    new FinalChecks(world, sessions).run();
    sessions.check();
    world.nodes.forEach(
        node -> world.tell("%s ends as %d", node.name, node.replica().stateDigest()));
  }

  private SimNode any() {
    return world.nodes.get(world.random.nextInt(world.nodes.size()));
  }

  private void step(SimNode node) {
    int choice = world.random.nextInt(100);
    if (choice < 45) {
      new LocalWork(node).step();
    } else if (choice < 73) {
      sessions.heartbeat(node, any());
    } else if (choice < 84) {
      transfers.fetch(node, reachableFrom(node));
      new SimSettler(node).run(1 + world.random.nextInt(4));
    } else if (choice < 88) {
      purge(node);
    } else if (choice < 90) {
      calm();
    } else {
      fault(node);
    }
    if (world.onceIn(8)) {
      node.verifyShown();
    }
  }

  /** A moment without new work, in which whoever can be reached comes to know all. */
  private void calm() {
    if (world.random.nextInt(4) >= world.swarm.calms()) {
      return;
    }
    world.tell("calm");
    for (int round = 0; round < 3; round++) {
      for (SimNode node : world.nodes) {
        for (SimNode other : world.nodes) {
          if (!node.equals(other)) {
            sessions.heartbeat(node, other);
          }
        }
      }
      world.schedule.advance(1_000_000);
      for (SimNode node : world.nodes) {
        transfers.fetch(node, reachableFrom(node));
        new SimSettler(node).run(SETTLE);
      }
    }
    world.nodes.forEach(this::purge);
  }

  private List<SimNode> reachableFrom(SimNode self) {
    List<SimNode> nodes = new ArrayList<>(world.nodes);
    nodes.removeIf(other ->
        other.equals(self)
            || !world.membership.isMember(self)
            || !world.membership.isMember(other)
            || !meet(self, other)
            || cuts.contains(key(other, self))
            || cuts.contains(key(self, other)));
    return nodes;
  }

  private boolean meet(SimNode one, SimNode other) {
    boolean all = !world.network.isHealed() || world.nodes.size() < world.swarm.nodes();
    return all || world.swarm.meet(one.number, other.number);
  }

  private static int key(SimNode from, SimNode to) {
    return from.number * 64 + to.number;
  }

  private void purge(SimNode node) {
    if (world.random.nextInt(3) >= world.swarm.purges()) {
      return;
    }
    List<String> others = new ArrayList<>();
    world.membership.members().forEach(other -> others.add(other.name));
    others.remove(node.name);
    boolean byAge = world.swarm.agePurges() && world.onceIn(3);
    int purged = node.replica().purge(others, byAge ? node.instant() : Instant.EPOCH);
    node.absorb();
    world.tell("%s purged %d", node.name, purged);
  }

  private void fault(SimNode node) {
    switch (world.random.nextInt(9)) {
      case 0, 1 -> cut(node);
      case 2 -> {
        if (world.swarm.crashes() > 0) {
          node.crash();
          weigh();
        }
      }
      case 3 -> {
        if (world.swarm.restores() > 0) {
          node.backUp();
        }
      }
      case 4 -> {
        if (world.swarm.restores() > 0 && node.restore()) {
          weigh();
        }
      }
      case 5 -> {
        if (world.swarm.wipes() > 0 && world.onceIn(2)) {
          node.wipe();
          weigh();
        }
      }
      case 6 -> {
        if (world.swarm.clockJumps() > 0) {
          node.jumpClock(world.random.nextLong(2 * YEAR) - YEAR);
        }
      }
      case 7 -> {
        SimNode other = any();
        if (world.swarm.clones() > 0 && world.onceIn(2) && !node.equals(other)) {
          node.becomeCopyOf(other);
          weigh();
        }
      }
      default -> node.stopAndStart();
    }
  }

  private void cut(SimNode node) {
    SimNode other = any();
    if (world.swarm.cuts() > 0) {
      boolean off = world.random.nextInt(3) < world.swarm.cuts();
      world.network.cut(node.number, other.number, off);
      if (off) {
        cuts.add(key(node, other));
      } else {
        cuts.remove(key(node, other));
      }
    }
  }

  private void weigh() {
    List<Knowledge> all = new ArrayList<>();
    world.nodes.forEach(node -> all.add(node.replica().knowledge()));
    world.ledger.weigh(all);
  }

  // --- peace

  private void heal() {
    world.tell("healed");
    world.network.heal();
    cuts.clear();
    if (world.membership.changes()) {
      world.membership.settle();
      weigh();
    }
    world.schedule.advance(10_000_000);
  }

  private void converge() {
    for (int round = 0; round < ROUNDS_TO_CONVERGE; round++) {
      for (SimNode node : world.nodes) {
        for (SimNode other : world.nodes) {
          if (!node.equals(other) && meet(node, other)) {
            sessions.heartbeat(node, other);
            world.schedule.advance(1_000_000);
          }
        }
      }
      for (SimNode node : world.nodes) {
        transfers.fetch(node, reachableFrom(node));
        if (round > ROUNDS_TO_CONVERGE / 2) {
          transfers.fetchFromBackup(node, round == ROUNDS_TO_CONVERGE - 1);
        }
        new SimSettler(node).run(SETTLE);
      }
      if (isStill()) {
        return;
      }
    }
    StringBuilder state = new StringBuilder();
    for (SimNode node : world.nodes) {
      state.append(
          "%n%s %s knows %s".formatted(node, node.replica().counts(), node.replica().knowledge()));
      for (FileId id : node.replica().nextUnsettled(null, 3)) {
        state.append("%n   %s".formatted(node.replica().plan(id)));
      }
    }
    throw new Violation("convergence", "not one after " + ROUNDS_TO_CONVERGE + " rounds:" + state);
  }

  private boolean isStill() {
    Knowledge first = world.nodes.getFirst().replica().knowledge();
    return world.nodes.stream()
        .allMatch(node ->
            node.replica().knowledge().equals(first)
                && node.replica().counts().unsettled() == 0
                && node.replica().counts().pending() == 0);
  }
}
