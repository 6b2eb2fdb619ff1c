// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Seeded histories of a zone under faults: each must keep every property and end as one.
 *
 * <p>{@code -Dsim.seeds=N} runs so many, {@code -Dsim.first=N} from there on; {@code -Dsim.seed=N}
 * runs exactly one and prints its story. See docs/testing.md.
 */
class PullSim {

  private static final long FIRST = Long.getLong("sim.first", 0);
  private static final long SEEDS = Long.getLong("sim.seeds", 20_000);
  private static final int MOST_FAILURES = 5;
  private static final int TWICE_IN = 100;

  @Test
  void histories_underFaults_keepEveryPropertyAndEndAsOne() {
    Long only = Long.getLong("sim.seed");
    if (only != null) {
      Simulation.Outcome outcome = Simulation.run(only, Mutant.NONE, merges(only), true);
      System.out.println(outcome.story());
      assertThat(outcome.violation()).as("seed %d", only).isNull();
      return;
    }
    AtomicInteger failed = new AtomicInteger();
    List<String> failures =
        LongStream.range(FIRST, FIRST + SEEDS)
            .parallel()
            .filter(seed -> failed.get() < MOST_FAILURES)
            .mapToObj(PullSim::run)
            .filter(outcome -> outcome.violation() != null)
            .peek(outcome -> failed.incrementAndGet())
            .map(PullSim::replay)
            .toList();
    if (!failures.isEmpty()) {
      fail(String.join("\n", failures));
    }
    System.out.printf("PullSim: %d histories, no property broken%n", SEEDS);
  }

  /** In every fourth history contents written apart are merged. */
  private static boolean merges(long seed) {
    return seed % 4 == 2;
  }

  private static Simulation.Outcome run(long seed) {
    Simulation.Outcome outcome = Simulation.run(seed, Mutant.NONE, merges(seed), false);
    if (seed % TWICE_IN == 0) {
      assertThat(Simulation.run(seed, Mutant.NONE, merges(seed), false).hash())
          .as("seed %d must run the same again", seed)
          .isEqualTo(outcome.hash());
    }
    return outcome;
  }

  private static String replay(Simulation.Outcome outcome) {
    return "seed "
        + outcome.seed()
        + ": "
        + outcome.violation()
        + "\n  replay: mvn -pl chaos-tests -am test -Dtest=PullSim"
        + " -Dsurefire.failIfNoSpecifiedTests=false -Dsim.seed="
        + outcome.seed();
  }
}
