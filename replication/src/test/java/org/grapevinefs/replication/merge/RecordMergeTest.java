// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordMergeTest {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String merge(String base, String earlier, String later) {
    byte[] merged = new RecordMerge("id").merge(bytes(base), bytes(earlier), bytes(later));
    return merged == null ? null : new String(merged, StandardCharsets.UTF_8);
  }

  @Test
  void record_changedOnOneSide_standsAsItWasWritten() {
    String base = "{\"id\":1, \"a\":1}\n{\"id\":2}\n";
    assertThat(merge(base, "{ \"id\":1, \"a\": 2e0 }\n{\"id\":2}\n", base))
        .isEqualTo("{ \"id\":1, \"a\": 2e0 }\n{\"id\":2}\n");
    assertThat(merge(base, base, "{\"id\":2}\n{\"id\":1, \"a\":1}\n"))
        .isEqualTo("{\"id\":2}\n{\"id\":1, \"a\":1}\n");
  }

  @Test
  void fields_changedOnBothSides_areTheLaterOnes() {
    String base = "{\"id\":1,\"a\":1,\"b\":1,\"c\":1,\"d\":{\"x\":1,\"y\":1}}\n";
    String earlier = "{\"id\":1,\"a\":2,\"b\":2,\"d\":{\"x\":2,\"y\":1},\"e\":1.50}\n";
    String later = "{\"id\":1,\"a\":3,\"b\":1,\"c\":1,\"d\":{\"x\":1,\"y\":3}}\n";
    assertThat(merge(base, earlier, later))
        .isEqualTo("{\"id\":1,\"a\":3,\"b\":2,\"d\":{\"x\":2,\"y\":3},\"e\":1.50}\n");
  }

  @Test
  void record_removedOnOneSide_goesUnlessTheOtherChangedIt() {
    String base = "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n";
    assertThat(merge(base, "{\"id\":2}\n{\"id\":3}\n", "{\"id\":1,\"a\":1}\n{\"id\":2}\n"))
        .isEqualTo("{\"id\":1,\"a\":1}\n{\"id\":2}\n");
    assertThat(merge(base, "{\"id\":1,\"a\":1}\n{\"id\":2}\n", "{\"id\":2}\n{\"id\":3}\n"))
        .isEqualTo("{\"id\":1,\"a\":1}\n{\"id\":2}\n");
    assertThat(merge(base, "", "")).isEmpty();
  }

  @Test
  void appended_onBothSides_theEarlierComeFirst() {
    String base = "{\"id\":1}\n";
    assertThat(merge(base, base + "{\"id\":2}\n{\"id\":3}\n", base + "{\"id\":4}"))
        .isEqualTo("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n");
    assertThat(merge("", "{\"id\":\"1\"}\n", "{\"id\":1}\n"))
        .isEqualTo("{\"id\":\"1\"}\n{\"id\":1}\n");
  }

  @Test
  void windowsLines_stayAsTheyAre() {
    String base = "{\"id\":1,\"a\":1,\"b\":1}\r\n";
    assertThat(merge(base, base.replace("\"a\":1", "\"a\":2"), base.replace("\"b\":1", "\"b\":2")))
        .isEqualTo("{\"id\":1,\"a\":2,\"b\":2}\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":1}\n{\"id\":1}\n",
        "{\"id\":1,\"a\":1,\"a\":2}\n",
        "{\"id\":null}\n",
        "{\"id\":[1]}\n",
        "{\"name\":1}\n",
        "[1]\n",
        "{\"id\":1} {\"id\":2}\n",
        "{\"id\":1\n",
        "\u0000\n"
      })
  void fileThatIsNoneOfRecords_isNotMerged(String text) {
    assertThat(merge("", "{\"id\":9}\n", text)).isNull();
    assertThat(merge("", text, "{\"id\":9}\n")).isNull();
    assertThat(merge(text, "{\"id\":9}\n", "{\"id\":8}\n")).isNull();
  }

  @Test
  void bytesThatAreNoText_orTooDeep_areNotMerged() {
    byte[] latin = {'{', '"', 'i', 'd', '"', ':', '"', (byte) 0xe9, '"', '}'};
    assertThat(new RecordMerge("id").merge(new byte[0], latin, bytes("{\"id\":1}"))).isNull();
    String deep = "{\"id\":1,\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";
    assertThat(merge("", deep, "{\"id\":2}")).isNull();
  }

  /** What both sides say is merged whoever is the base's neighbour, and nothing is said twice. */
  @Test
  void randomFiles_loseNoChangeOfEitherSide() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      List<String> base = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        base.add("{\"id\":" + i + ",\"a\":0,\"b\":0}");
      }
      List<String> earlier = new ArrayList<>(base);
      List<String> later = new ArrayList<>(base);
      for (int i = 0; i < 8; i++) {
        if (random.nextInt(3) == 0) {
          earlier.set(i, earlier.get(i).replace("\"a\":0", "\"a\":1"));
        }
        if (random.nextInt(3) == 0) {
          later.set(i, later.get(i).replace("\"b\":0", "\"b\":1"));
        }
      }
      String merged = merge(lines(base), lines(earlier), lines(later));
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        boolean a = earlier.get(i).contains("\"a\":1");
        boolean b = later.get(i).contains("\"b\":1");
        expected.add("{\"id\":" + i + ",\"a\":" + (a ? 1 : 0) + ",\"b\":" + (b ? 1 : 0) + "}");
      }
      assertThat(merged).as("seed %d", seed).isEqualTo(lines(expected));
    }
  }

  private static String lines(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }
}
