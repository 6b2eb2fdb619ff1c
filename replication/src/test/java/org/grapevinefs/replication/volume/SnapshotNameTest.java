// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotNameTest {

  private static final Instant WHEN = Instant.parse("2026-11-22T12:40:39.900Z");

  @Test
  void toString_ofATimeAndAPurpose_isParsedBack() {
    SnapshotName name = new SnapshotName(WHEN, "before-removing");
    assertThat(name).hasToString("2026-11-22T12-40-39Z-before-removing");
    assertThat(SnapshotName.parse(name.toString())).contains(name);
    SnapshotName plain = new SnapshotName(WHEN, "");
    assertThat(SnapshotName.parse("2026-11-22T12-40-39Z")).contains(plain);
    assertThat(plain).isLessThan(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "before-removing",
        "2026-11-22T12-40-39Z-",
        "2026-11-22T12-40-39Z-Upper",
        "2026-11-22T12-40-39Z_x",
        "2026-11-22T12-40-39Z-../x",
        "2026-11-22T12-40-39Z-a b",
        "2026-13-22T12-40-39Z",
        "2026-02-30T12-40-39Z",
        "2026-11-22T12:40:39Z-x"
      })
  void parse_anyOtherName_isNone(String name) {
    assertThat(SnapshotName.parse(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "-x", "Ä", "x/y", " "})
  void purpose_thatIsNoPlainWord_isRefused(String purpose) {
    assertThatThrownBy(() -> new SnapshotName(WHEN, purpose))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
