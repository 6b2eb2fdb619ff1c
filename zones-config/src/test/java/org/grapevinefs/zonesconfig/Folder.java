// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A configuration folder in a test. */
record Folder(Path path) {
  static final String NODE =
      """
      name = "chimay-bleue"
      [[volume]]
      name = "hdd"
      path = "/tank/gv-zones"
      [[volume]]
      name = "nvme"
      path = "/fast"
      """;

  static final String ZONE =
      """
      quota = "1GB"
      members = ["chimay-bleue", "hertog-jan"]
      """;

  Folder node(String text) {
    return write("node.toml", text);
  }

  Folder mesh(String text) {
    return write("mesh.toml", text);
  }

  Folder zone(String name, String text) {
    return write("zones.d/" + name + ".toml", text);
  }

  Folder write(String name, String text) {
    try {
      Path file = path.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  void remove(String name) {
    try {
      Files.delete(path.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Loaded load() {
    return new ConfigLoader().load(path);
  }

  ZoneConfig zoneNamed(String name) {
    ZoneConfig zone = load().zones().get(new ZoneName(name));
    if (zone == null) {
      throw new AssertionError("no zone " + name + ": " + load().problems());
    }
    return zone;
  }
}
