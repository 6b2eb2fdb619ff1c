// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Something wrong, or doubtful, in a configuration file, and how to mend it.
 *
 * @param file the file, as it was opened
 * @param line counted from 1; 0 when the whole file is meant
 * @param column counted from 1; 0 when the whole file is meant
 * @param severity whether the file is refused for it
 * @param message what is wrong, without the place
 * @param suggestion the nearest right spelling, if there is one near
 */
public record ConfigProblem(
    Path file,
    int line,
    int column,
    Severity severity,
    String message,
    Optional<String> suggestion) {

  /** What follows from a problem. */
  public enum Severity {
    /** The whole file is refused; what was last good stays in force. */
    ERROR,
    /** The file is in force, but probably does not do what was meant. */
    WARNING;

    @Override
    public String toString() {
      return Words.of(this);
    }
  }

  /** One line: {@code file:line:column: what is wrong; did you mean "...?"}. */
  @Override
  public String toString() {
    String place = line == 0 ? "" : line + ":" + column + ":";
    return file
        + ":"
        + place
        + " "
        + message
        + suggestion.map(near -> "; did you mean \"" + near + "\"?").orElse("");
  }
}
