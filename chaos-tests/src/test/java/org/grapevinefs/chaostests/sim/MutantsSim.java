// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bugs built in on purpose: the simulator must find each of them, within so many histories. */
class MutantsSim {

  private static final long MOST_EFFECT_SEEDS = Long.getLong("sim.effect.seeds", 200);
  private static final long MOST_SEEDS = Long.getLong("sim.mutant.seeds", 600);

  @Test
  void mutant_eachOfThem_isFound() {
    List<Found> all =
        Arrays.stream(Mutant.values())
            .filter(mutant -> mutant != Mutant.NONE)
            .parallel()
            .map(MutantsSim::find)
            .toList();
    StringBuilder table = new StringBuilder();
    for (Found found : all) {
      table.append(
          "%-28s %5d  %s%s%n".formatted(found.mutant(), found.seeds(), found.by(), found.also()));
    }
    System.out.printf(
        "%d bugs built in, histories until found, and by what:%n%s", all.size(), table);
    List<Mutant> alive =
        all.stream().filter(found -> found.by().isEmpty()).map(Found::mutant).toList();
    assertThat(alive).as("not found in %d histories", MOST_SEEDS).isEmpty();
  }

  /** What found a bug; {@code also} tells of effects that people would see, found later. */
  private record Found(Mutant mutant, long seeds, String by, String also) {}

  private static Found find(Mutant mutant) {
    for (long seed = 0; seed < MOST_SEEDS; seed++) {
      Throwable violation = Simulation.run(seed, mutant, false).violation();
      if (violation != null) {
        String by =
            violation instanceof Violation broken ? broken.property() : violation.toString();
        return new Found(
            mutant, seed + 1, by, by.equals(Sessions.JOINED) ? effect(mutant, seed + 1) : "");
      }
    }
    return new Found(mutant, MOST_SEEDS, "", "");
  }

  private static String effect(Mutant mutant, long from) {
    for (long seed = from; seed < MOST_EFFECT_SEEDS; seed++) {
      if (Simulation.run(seed, mutant, false).violation() instanceof Violation broken
          && !broken.property().equals(Sessions.JOINED)) {
        return "; by its effects after %d: %s".formatted(seed + 1, broken.property());
      }
    }
    return "; not by its effects in " + MOST_EFFECT_SEEDS;
  }
}
