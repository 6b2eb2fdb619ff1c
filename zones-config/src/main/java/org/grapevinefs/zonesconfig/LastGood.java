// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The definitions in force, kept in the node's data folder: a mistake in a file that was made while
 * the node was down does not take the zone away, and {@code config check} can tell what an edit
 * would change without asking a node.
 */
public final class LastGood {
  /** The folder inside the data folder. */
  public static final String FOLDER = "config-in-force";

  private LastGood() {}

  /** What was in force when last saved; {@link Loaded#NOTHING} if never. Nothing is thrown. */
  public static Loaded load(Path data) {
    Path folder = data.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return Loaded.NOTHING;
    }
    Loaded saved = new ConfigLoader().load(folder);
    return new Loaded(saved.node(), saved.zones(), saved.mesh(), List.of(), List.of());
  }

  /** Saves what is in force, file by file, each replaced at once or not at all. */
  public static void save(Path data, Loaded inForce) throws IOException {
    Path folder = data.resolve(FOLDER);
    Path zones = folder.resolve(ConfigLoader.ZONES_FOLDER);
    Files.createDirectories(zones);
    if (inForce.node().isPresent()) {
      write(folder.resolve(ConfigLoader.NODE_FILE), ConfigTemplates.node(inForce.node().get()));
    }
    Path mesh = folder.resolve(ConfigLoader.MESH_FILE);
    if (inForce.mesh().isPresent()) {
      write(mesh, ConfigTemplates.mesh(inForce.mesh().get()));
    } else {
      Files.deleteIfExists(mesh);
    }
    Set<String> kept = new HashSet<>();
    for (ZoneConfig zone : inForce.zones().values()) {
      String name = zone.name() + ".toml";
      kept.add(name);
      write(zones.resolve(name), ConfigTemplates.zone(zone));
    }
    for (Path file : list(zones)) {
      if (!kept.contains(file.getFileName().toString())) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(files.toList());
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (Files.size(file) == bytes.length
          && java.util.Arrays.equals(Files.readAllBytes(file), bytes)) {
        return;
      }
    } catch (NoSuchFileException e) {
      // The first time there is nothing to compare with.
    }
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    Files.write(fresh, bytes);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
