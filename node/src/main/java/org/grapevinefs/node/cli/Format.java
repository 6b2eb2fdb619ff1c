// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a command shows what it found. */
enum Format {
  TABLE,
  JSON,
  YAML;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Accepts the words in any case, and lists them as they are written. */
  static final class Converter implements ITypeConverter<Format> {
    @Override
    public Format convert(String text) {
      for (Format format : values()) {
        if (format.toString().equals(text.toLowerCase(Locale.ROOT))) {
          return format;
        }
      }
      throw new TypeConversionException("\"" + text + "\" is none of table, json and yaml");
    }
  }

  /** The {@code --format} option, shared by all commands that list or show. */
  static final class Choice {
    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        defaultValue = "table",
        converter = Converter.class,
        description = "How to show it: table, json or yaml (default: table).")
    private Format format = TABLE;

    Format format() {
      return format;
    }
  }
}
