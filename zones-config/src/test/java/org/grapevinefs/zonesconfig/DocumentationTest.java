// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/configuration.md} against the code. */
class DocumentationTest {
  @TempDir Path temp;
  private String page = "";

  @BeforeEach
  void readPage() throws IOException {
    page = Files.readString(Path.of("../docs/configuration.md"));
  }

  @Test
  void page_everyKeyOfEverySection_isExplained() {
    for (Schema schema : List.of(Schema.NODE, Schema.MESH, Schema.ZONE)) {
      schema
          .sections()
          .forEach((section, keys) ->
              assertThat(keys)
                  .as("keys of [%s]", section)
                  .allMatch(key ->
                      page.contains(key + "`")
                          || page.contains("[" + key + "]")
                          || page.contains(key + " = ")));
    }
  }

  @Test
  void page_keysForLaterVersions_carryTheMark() {
    for (Schema schema : List.of(Schema.NODE, Schema.ZONE)) {
      for (String later : schema.later()) {
        String key = later.substring(later.indexOf('.') + 1);
        assertThat(page.lines().filter(line -> line.startsWith("| `") && line.contains(key)))
            .as(later)
            .anyMatch(line -> line.contains("(†"));
      }
    }
  }

  @Test
  void page_examples_loadWithoutAProblem() {
    List<String> examples =
        Pattern.compile("(?s)```toml\n(.*?)```")
            .matcher(page)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(examples).hasSize(3);
    Loaded loaded =
        new Folder(temp)
            .node(examples.get(0) + "[[volume]]\nname = \"nvme\"\npath = \"/nvme\"\n")
            .mesh(examples.get(1))
            .zone("tier-1", examples.get(2))
            .load();
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.zones()).hasSize(1);
    assertThat(loaded.mesh()).isPresent();
  }
}
