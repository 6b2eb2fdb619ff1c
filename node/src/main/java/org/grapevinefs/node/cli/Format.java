// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import picocli.CommandLine.Option;

/** How a command shows what it found. */
enum Format {
  TABLE,
  JSON,
  YAML;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The {@code --format} option, shared by all commands that list or show. */
  static final class Choice {
    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        defaultValue = "table",
        description = "How to show it: ${COMPLETION-CANDIDATES} (default: table).")
    private Format format = TABLE;

    Format format() {
      return format;
    }
  }
}
