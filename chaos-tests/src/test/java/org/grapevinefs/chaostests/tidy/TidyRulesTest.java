// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The rules themselves: each must see what is wrong, and only that. */
class TidyRulesTest {

  @Test
  void licence_missing_isSeen() {
    assertThat(TidyRules.licence(main("class A {}\n"))).hasSize(1);
    assertThat(TidyRules.licence(main(TidyRules.LICENCE + "\nclass A {}\n"))).isEmpty();
  }

  @Test
  void size_overTheLimits_isSeen() {
    assertThat(TidyRules.size(main("x\n".repeat(TidyRules.LONGEST_FILE)))).isEmpty();
    assertThat(TidyRules.size(main("x\n".repeat(TidyRules.LONGEST_FILE + 1)))).hasSize(1);
    assertThat(TidyRules.size(main("ä".repeat(TidyRules.WIDEST_LINE)))).isEmpty();
    assertThat(TidyRules.size(main("x".repeat(TidyRules.WIDEST_LINE + 1)))).hasSize(1);
  }

  @Test
  void leftovers_withoutReason_areSeen() {
    String word = "TO" + "DO";
    assertThat(TidyRules.leftovers(main("// " + word + " later\n"))).hasSize(1);
    assertThat(TidyRules.leftovers(main("// " + word + "(issue 7): count links\n"))).isEmpty();
  }

  @Test
  void deadCode_inComments_isSeen() {
    assertThat(TidyRules.deadCode(main("// int " + "a = b();\n"))).hasSize(1);
    assertThat(TidyRules.deadCode(main("// if (a) " + "{\n"))).hasSize(1);
    assertThat(TidyRules.deadCode(main("// A plain word; and another.\n"))).isEmpty();
  }

  @Test
  void sleeps_inTests_areSeen() {
    String sleep = "Thread" + ".sleep(1)" + ";\n";
    assertThat(
            TidyRules.sleepsInTests(new JavaSource(Path.of("m/src/test/java/ATest.java"), sleep)))
        .hasSize(1);
  }

  @Test
  void shapes_ofLongMethodsAndVagueNames_areSeen() {
    String body = "x();\n".repeat(TidyRules.LONGEST_METHOD);
    assertThat(TidyRules.shapes(main("class A { void m() {\n" + body + "} void n() {} }\n")))
        .singleElement()
        .asString()
        .contains("m has");
    for (String ending : TidyRules.VAGUE_ENDINGS) {
      assertThat(TidyRules.shapes(main("class A" + ending + " {}\n"))).isNotEmpty();
    }
    assertThat(TidyRules.shapes(main("class Volume { void m() {} }\n"))).isEmpty();
  }

  private static JavaSource main(String text) {
    return new JavaSource(Path.of("m/src/main/java/A.java"), text);
  }
}
