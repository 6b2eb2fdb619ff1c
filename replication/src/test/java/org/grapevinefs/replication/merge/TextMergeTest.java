// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.grapevinefs.replication.core.EntryName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextMergeTest {

  private static @Nullable String merge(String base, String earlier, String later) {
    byte[] merged = new TextMerge().merge(bytes(base), bytes(earlier), bytes(later));
    return merged == null ? null : new String(merged, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void changesApart_areBothTaken_byteForByte() {
    assertThat(merge("a\r\nb\nc\nd\ne", "A\r\nb\nc\nd\ne", "a\r\nb\nc\nd\nE"))
        .isEqualTo("A\r\nb\nc\nd\nE");
    assertThat(merge("a\nb\nc\n", "\u00e9a\nb\nc\n", "a\nb\nc\nd\n"))
        .isEqualTo("\u00e9a\nb\nc\nd\n");
  }

  @Test
  void sameChangeOnBothSides_isOne() {
    assertThat(merge("a\nb\n", "a\nX\n", "a\nX\n")).isEqualTo("a\nX\n");
  }

  @Test
  void changesThatTouch_areNotMerged() {
    assertThat(merge("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n")).isNull();
    assertThat(merge("a\nb\nc\n", "a\nX\nc\n", "a\nc\n")).isNull();
    assertThat(merge("a\n", "a\nx\n", "a\ny\n")).isNull();
  }

  @Test
  void bytesThatAreNoText_areNotMerged() {
    assertThat(merge("a\nb\nc\n", "a\nb\nc\n\0", "A\nb\nc\n")).isNull();
  }

  @Test
  void rules_findTheWayByTheName() {
    MergeRules rules = new MergeRules(List.of("*.jsonl", "[ab]?"), List.of("*.md", "a*"), "id");
    assertThat(rules.of(EntryName.of("x.jsonl"))).isInstanceOf(RecordMerge.class);
    assertThat(rules.of(EntryName.of("a1"))).isInstanceOf(RecordMerge.class);
    assertThat(rules.of(EntryName.of("a12"))).isInstanceOf(TextMerge.class);
    assertThat(rules.of(EntryName.of(".md"))).isInstanceOf(TextMerge.class);
    assertThat(rules.of(EntryName.of("x.jsonl.bak"))).isNull();
    assertThat(rules.of(EntryName.of(new byte[] {'a', (byte) 0xff}))).isNull();
    assertThat(MergeRules.NONE.of(EntryName.of("a1"))).isNull();
  }
}
