// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.grapevinefs.zonesconfig.ConfigProblem.Severity;
import org.tomlj.TomlPosition;

/** The problems of one file, as they are found. Not thread-safe. */
final class ProblemList {
  private final Path file;
  private final int most;
  private final List<ConfigProblem> errors = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();

  ProblemList(Path file, Limits limits) {
    this.file = file;
    this.most = limits.problems();
  }

  void error(TomlPosition at, String message) {
    error(at, message, Optional.empty());
  }

  void error(TomlPosition at, String message, Optional<String> suggestion) {
    add(errors, at.line(), at.column(), Severity.ERROR, message, suggestion);
  }

  void error(String message, Optional<String> suggestion) {
    add(errors, 0, 0, Severity.ERROR, message, suggestion);
  }

  void error(String message) {
    error(message, Optional.empty());
  }

  void warn(TomlPosition at, String message) {
    add(warnings, at.line(), at.column(), Severity.WARNING, message, Optional.empty());
  }

  void warn(String message, Optional<String> suggestion) {
    add(warnings, 0, 0, Severity.WARNING, message, suggestion);
  }

  private void add(
      List<ConfigProblem> list,
      int line,
      int column,
      Severity severity,
      String message,
      Optional<String> suggestion) {
    if (list.size() < most) {
      list.add(new ConfigProblem(file, line, column, severity, message, suggestion));
    }
  }

  boolean hasErrors() {
    return !errors.isEmpty();
  }

  /** The errors in the order of the file. */
  List<ConfigProblem> errors() {
    return inOrder(errors);
  }

  /** The warnings in the order of the file. */
  List<ConfigProblem> warnings() {
    return inOrder(warnings);
  }

  private static List<ConfigProblem> inOrder(List<ConfigProblem> problems) {
    return problems.stream()
        .sorted(
            java.util.Comparator.comparingInt(ConfigProblem::line)
                .thenComparingInt(ConfigProblem::column))
        .toList();
  }
}
