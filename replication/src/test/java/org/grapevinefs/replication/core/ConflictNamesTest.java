// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConflictNamesTest {

  private static final Content VERSION =
      new Content.Special(
          new Dot(new Origin(5), 7),
          HybridClock.of(Instant.parse("2026-11-21T02:14:07Z")),
          new Timestamp(0, 0));

  private static String name(String given, boolean directory) {
    return ConflictNames.of(EntryName.of(given), directory, "cara-pils", VERSION).toString();
  }

  @Test
  void of_fileWithExtension_putsNoteBeforeIt() {
    assertThat(name("report.odt", false))
        .isEqualTo("report (conflict from cara-pils 2026-11-21 02-14-07).odt");
  }

  @Test
  void of_directoryOrHiddenFile_putsNoteAtTheEnd() {
    String note = " (conflict from cara-pils 2026-11-21 02-14-07)";
    assertThat(name("v1.2", true)).isEqualTo("v1.2" + note);
    assertThat(name(".profile", false)).isEqualTo(".profile" + note);
  }

  @Test
  void of_longName_isCutBetweenCharacters() {
    String given = "ä".repeat(125) + ".txt";
    EntryName name = ConflictNames.of(EntryName.of(given), false, "node", VERSION);
    assertThat(name.length()).isBetween(250, EntryName.MAX_BYTES);
    assertThat(name.toString()).doesNotContain("\ufffd").endsWith(").txt".substring(1));
  }

  @Test
  void unique_sameVersion_differsFromPlain() {
    EntryName given = EntryName.of("a");
    assertThat(ConflictNames.unique(given, false, "n", VERSION, 1).toString())
        .matches("a \\(conflict from n 2026-11-21 02-14-07\\) ~[0-9a-f]{4}");
    assertThat(ConflictNames.unique(given, false, "n", VERSION, 2).toString())
        .matches("a \\(conflict from n 2026-11-21 02-14-07\\) ~[0-9a-f]{16}")
        .isNotEqualTo(ConflictNames.unique(given, false, "n", VERSION, 3).toString());
  }
}
