// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/**
 * Reads a configuration folder: {@code node.toml}, {@code mesh.toml} and {@code zones.d/*.toml}.
 *
 * <p>A file with a mistake is refused whole, and what was last good for it stays. Reading never
 * throws for what is in the folder: it becomes a {@link ConfigProblem}. Thread-safe.
 */
public final class ConfigLoader {
  /** The name of this node's own file. */
  public static final String NODE_FILE = "node.toml";

  /** The name of the file that lists the mesh's nodes. */
  public static final String MESH_FILE = "mesh.toml";

  /** The name of the folder that has a file for each zone. */
  public static final String ZONES_FOLDER = "zones.d";

  /** What a zone's file has at the end of its name once the zone was removed. */
  public static final String REMOVED = ".removed";

  private static final String SUFFIX = ".toml";

  private final Limits limits;

  /** A loader with the daemon's limits. */
  public ConfigLoader() {
    this(Limits.DEFAULT);
  }

  ConfigLoader(Limits limits) {
    this.limits = limits;
  }

  /** What the folder says; refused files leave nothing behind. */
  public Loaded load(Path folder) {
    return load(folder, Loaded.NOTHING);
  }

  /** What the folder says; for a refused file, what {@code lastGood} has. */
  public Loaded load(Path folder, Loaded lastGood) {
    return new Reading(folder, lastGood).read();
  }

  /**
   * One zone's definition that is in no file yet.
   *
   * @param self the node that must be able to keep it, or null for any
   */
  public ParsedZone parseZone(ZoneName name, String text, Path file, @Nullable NodeConfig self) {
    ProblemList problems = new ProblemList(file, limits);
    Optional<ZoneConfig> zone =
        parse(text, Schema.ZONE, problems)
            .flatMap(root -> new ZoneFile(name, root, problems, limits, self).read());
    return new ParsedZone(zone, problems.errors(), problems.warnings());
  }

  /**
   * What came of one zone's text.
   *
   * @param zone the zone; empty if there are problems
   * @param problems why it was refused
   * @param warnings what is doubtful
   */
  public record ParsedZone(
      Optional<ZoneConfig> zone, List<ConfigProblem> problems, List<ConfigProblem> warnings) {
    /** Copies the lists. */
    public ParsedZone {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
    }
  }

  private Optional<Section> parse(String text, Schema schema, ProblemList problems) {
    TomlParseResult result = Toml.parse(text);
    if (result.hasErrors()) {
      // After the first mistake in the notation the others are mostly its echoes.
      TomlParseError first = result.errors().getFirst();
      String message = first.getMessage();
      problems.error(first.position(), "not TOML: " + (message == null ? "" : message));
      return Optional.empty();
    }
    return Optional.of(new Section(result, schema, problems, limits));
  }

  /** The text of a file, or nothing and a problem. */
  private Optional<String> text(Path file, ProblemList problems) {
    byte[] bytes;
    try {
      if (!Files.isRegularFile(file)) {
        problems.error("not a regular file");
        return Optional.empty();
      }
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(limits.fileBytes() + 1);
      }
    } catch (AccessDeniedException e) {
      problems.error("this user may not read it");
      return Optional.empty();
    } catch (IOException e) {
      problems.error("cannot be read: " + e.getMessage());
      return Optional.empty();
    }
    if (bytes.length > limits.fileBytes()) {
      problems.error("larger than " + new ByteSize(limits.fileBytes()));
      return Optional.empty();
    }
    return decode(bytes, problems);
  }

  private static Optional<String> decode(byte[] bytes, ProblemList problems) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(in)
              .toString());
    } catch (CharacterCodingException e) {
      String good = new String(Arrays.copyOf(bytes, in.position()), StandardCharsets.UTF_8);
      int line = 1 + (int) good.chars().filter(c -> c == '\n').count();
      int column = good.length() - good.lastIndexOf('\n');
      problems.error(
          TomlPosition.positionAt(line, column), "not UTF-8: save the file in that encoding");
      return Optional.empty();
    }
  }

  /** One pass over a folder. */
  private final class Reading {
    private final Path folder;
    private final Loaded lastGood;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<ConfigProblem> warnings = new ArrayList<>();

    Reading(Path folder, Loaded lastGood) {
      this.folder = folder;
      this.lastGood = lastGood;
    }

    Loaded read() {
      if (!Files.isDirectory(folder)) {
        ProblemList list = new ProblemList(folder, limits);
        list.error("no such folder; \"grapevine init\" makes one");
        take(list);
        return new Loaded(lastGood.node(), lastGood.zones(), lastGood.mesh(), problems, warnings);
      }
      Optional<NodeConfig> node = node();
      Optional<MeshConfig> mesh =
          Files.exists(folder.resolve(MESH_FILE))
              ? file(
                      MESH_FILE,
                      Schema.MESH,
                      list -> root -> new MeshFile(root, list, limits).read())
                  .or(lastGood::mesh)
              : Optional.empty();
      return new Loaded(node, zones(node.orElse(null)), mesh, problems, warnings);
    }

    private Optional<NodeConfig> node() {
      if (!Files.exists(folder.resolve(NODE_FILE))) {
        ProblemList list = new ProblemList(folder.resolve(NODE_FILE), limits);
        list.error("no such file; \"grapevine init\" writes one");
        take(list);
        return lastGood.node();
      }
      return file(NODE_FILE, Schema.NODE, list -> root -> new NodeFile(root, list, limits).read())
          .or(lastGood::node);
    }

    private <T> Optional<T> file(
        String name, Schema schema, Function<ProblemList, Function<Section, Optional<T>>> reader) {
      Path file = folder.resolve(name);
      ProblemList list = new ProblemList(file, limits);
      Optional<T> value =
          text(file, list).flatMap(text -> parse(text, schema, list)).flatMap(reader.apply(list));
      take(list);
      return value;
    }

    private SortedMap<ZoneName, ZoneConfig> zones(@Nullable NodeConfig self) {
      Path zonesFolder = folder.resolve(ZONES_FOLDER);
      ProblemList list = new ProblemList(zonesFolder, limits);
      List<Path> files = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(zonesFolder)) {
        for (Path entry : entries) {
          if (files.size() <= limits.zones() && isZoneFile(entry, list)) {
            files.add(entry);
          }
        }
      } catch (IOException | java.nio.file.DirectoryIteratorException e) {
        // No folder at all is how a node without zones begins; one that went away is a mistake.
        if (Files.exists(zonesFolder) || !lastGood.zones().isEmpty()) {
          list.error("cannot be read; the zones stay as they were");
        }
      }
      if (files.size() > limits.zones()) {
        list.error("more than " + limits.zones() + " zones; they stay as they were");
      }
      take(list);
      if (list.hasErrors()) {
        return lastGood.zones();
      }
      files.sort(null);
      SortedMap<ZoneName, ZoneConfig> zones = new TreeMap<>();
      for (Path file : files) {
        zone(file, self).ifPresent(zone -> zones.put(zone.name(), zone));
      }
      return zones;
    }

    private boolean isZoneFile(Path entry, ProblemList list) {
      String name = entry.getFileName().toString();
      boolean editorsOwn = name.startsWith(".") || name.startsWith("#") || name.endsWith("~");
      if (!editorsOwn && !name.endsWith(SUFFIX) && !name.endsWith(SUFFIX + REMOVED)) {
        list.warn(
            "\"" + Quoting.printable(name) + "\" is not read: a zone's file ends in .toml",
            Optional.empty());
      }
      return !editorsOwn && name.endsWith(SUFFIX);
    }

    private Optional<ZoneConfig> zone(Path file, @Nullable NodeConfig self) {
      ProblemList list = new ProblemList(file, limits);
      String stem = file.getFileName().toString();
      ZoneName name;
      try {
        name = new ZoneName(stem.substring(0, stem.length() - SUFFIX.length()));
      } catch (InvalidValueException e) {
        list.error("" + e.getMessage(), e.suggestion().map(near -> near + SUFFIX));
        take(list);
        return Optional.empty();
      }
      Optional<ZoneConfig> zone =
          text(file, list)
              .flatMap(text -> parse(text, Schema.ZONE, list))
              .flatMap(root -> new ZoneFile(name, root, list, limits, self).read());
      take(list);
      return zone.or(() -> Optional.ofNullable(lastGood.zones().get(name)));
    }

    private void take(ProblemList list) {
      add(problems, list.errors());
      add(warnings, list.warnings());
    }

    private void add(List<ConfigProblem> all, List<ConfigProblem> some) {
      all.addAll(some.subList(0, Math.min(some.size(), limits.problems() - all.size())));
    }
  }
}
