// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Histories that failed once, with what was wrong. Each has a small test of its own beside the code
 * that was mended, since a seed tells another history as soon as the simulator draws other numbers.
 */
class KnownSeedsSim {

  @ParameterizedTest(name = "seed {0}: {1}")
  @CsvSource(
      textBlock =
          """
          107629, a purge took a directory that kept another one from a cycle
          217292, a file and its sibling of the same change had one computed name
          220547, a file and its sibling of the same change had one computed name
          218822, moving a conflict copy took the equal content from the file itself
          265201, moving a conflict copy took the equal content from the file itself
          285658, bytes of a removed conflict copy that a newer content counted on were not fetched
          311183, a file lived on by a content that a purged deletion had seen
          1190, a content that its only holder deleted was waited for after a move made apart
          1569, a content that its only holder deleted was waited for after a move made apart
          392361, a file made anew after a purge had two births
          254999, a file and its sibling of the same change had one computed name
          426825, a file that left a purged directory got back a content that was deleted
          464651, a moved file became a content that whoever deleted it had thrown away
          682974, the mover of a file heard nothing of its deletion, which was purged
          118158, a copy made a file came to be a copy again under the id of that file
          151160, a deleted file that an edit brought back had its directory purged before
          1032897, a file moved after a purge had taken its last content was without one
          1080115, a file moved after a purge had taken its last content was without one
          2029759, a merge at a node that was gone for good counted as a change that got lost
          2039699, a file with the id of one that was purged by age kept the attributes of both on some nodes
          480797, a write took the bytes of which a deleted content was yet to be made
          3006173, dropping a conflict copy took the newer content of the same bytes from the file
          5036673, names were looked for in the last piece of a pull before all was noted that had come
          """)
  void history_thatFailedOnce_keepsEveryProperty(long seed, String wrong) {
    assertThat(Simulation.run(seed, Mutant.NONE, false).violation()).as(wrong).isNull();
  }

  @ParameterizedTest(name = "seed {0}: {1}")
  @CsvSource(
      textBlock =
          """
          1006138, a purge told whoever knew the deletions nothing of the copy that was dropped
          2066842, a file with the id of one that was purged by age kept the attributes of both on some nodes
          2006774, bytes that two wrote apart were given under one of the two numbers only
          5019786, a content whose deletion its only holder had forgotten was waited for after a move
          6015316, a content whose deletion its only holder had forgotten was waited for after a move
          6009700, a content that was made a file elsewhere was waited for after a move made apart
          """)
  void historyWithMerges_thatFailedOnce_keepsEveryProperty(long seed, String wrong) {
    assertThat(Simulation.run(seed, Mutant.NONE, true, false).violation()).as(wrong).isNull();
  }
}
