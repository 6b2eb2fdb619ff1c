// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** Every Java file of the project keeps the rules of the house. */
class TidyTest {

  private final List<JavaSource> sources = JavaSource.all();

  @Test
  void sources_whenListed_includeThisOne() {
    assertThat(sources).anyMatch(source -> source.path().endsWith("tidy/TidyTest.java"));
  }

  @Test
  void licence_inEveryFile_isTheFirstLine() {
    check(TidyRules::licence);
  }

  @Test
  void size_ofEveryFileAndLine_isWithinItsLimit() {
    check(TidyRules::size);
  }

  @Test
  void workLeft_whereNoted_namesItsReason() {
    check(TidyRules::leftovers);
  }

  @Test
  void comments_inEveryFile_holdNoCode() {
    check(TidyRules::deadCode);
  }

  @Test
  void tests_everywhere_waitForEventsNotForTheClock() {
    check(TidyRules::sleepsInTests);
  }

  @Test
  void methodsAndClasses_inEveryFile_areShortAndNamedAfterTheirJob() {
    check(TidyRules::shapes);
  }

  @Test
  void packages_everywhere_sayWhatTheyAreAndAreNullMarked() {
    List<String> found = new ArrayList<>();
    sources.stream()
        .map(source -> source.path().getParent())
        .distinct()
        .filter(folder -> !describes(folder) && !describes(inMain(folder)))
        .forEach(folder -> found.add(folder + ": wants a package-info.java with @NullMarked"));
    assertThat(found).isEmpty();
  }

  @Test
  void format_ofEveryFile_isWhatTheFormatterGives() {
    ToolProvider formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    List<String> arguments = new ArrayList<>(List.of("--dry-run"));
    for (JavaSource source : sources) {
      arguments.add(JavaSource.projectRoot().resolve(source.path()).toString());
    }
    StringWriter unformatted = new StringWriter();
    StringWriter errors = new StringWriter();
    formatter.run(
        new PrintWriter(unformatted, true),
        new PrintWriter(errors, true),
        arguments.toArray(String[]::new));
    assertThat(errors.toString()).isEmpty();
    assertThat(unformatted.toString().lines()).as("not formatted; run .ci/format").isEmpty();
  }

  private void check(Function<JavaSource, List<String>> rule) {
    assertThat(sources.stream().flatMap(source -> rule.apply(source).stream())).isEmpty();
  }

  private boolean describes(Path folder) {
    return sources.stream()
        .filter(source -> source.path().equals(folder.resolve("package-info.java")))
        .anyMatch(source -> source.text().contains("@NullMarked"));
  }

  /** Tests live in the packages of what they test, which are described there. */
  private static Path inMain(Path folder) {
    return Path.of(folder.toString().replace("src/test/java", "src/main/java"));
  }
}
