// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.grapevinefs.zonesconfig.ConfigLoader;
import org.grapevinefs.zonesconfig.ConfigTemplates;
import org.grapevinefs.zonesconfig.InvalidValueException;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.ZoneName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code grapevine init}: the first files of a node, with comments; overwrites nothing. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Writes a commented node.toml and a first zone; overwrites nothing.")
final class InitCommand implements Callable<Integer> {
  private static final Path SYSTEM_CONFIG = Path.of("/etc/grapevine");
  private static final Path SYSTEM_DATA = Path.of("/var/lib/grapevine");

  @Spec private CommandSpec spec;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "N",
      converter = NodeNameConverter.class,
      description = "What this node is called in the mesh.")
  private NodeName name;

  @Option(
      names = "--config",
      paramLabel = "DIR",
      defaultValue = "/etc/grapevine",
      description = "Where to write (default: /etc/grapevine).")
  private Path config;

  @Option(
      names = "--volume",
      paramLabel = "PATH",
      description = "Where zones are kept (default: /var/lib/grapevine/volume, or DIR/volume).")
  private @Nullable Path volume;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "first",
      converter = ZoneNameConverter.class,
      description = "The first zone's name (default: first).")
  private ZoneName zone;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  InitCommand() {}

  @Override
  public Integer call() {
    Path folder = config.toAbsolutePath().normalize();
    boolean system = folder.equals(SYSTEM_CONFIG);
    Path data = system ? SYSTEM_DATA : folder.resolve("data");
    Path keep = volume != null ? volume : (system ? SYSTEM_DATA : folder).resolve("volume");
    keep = keep.toAbsolutePath().normalize();
    Path nodeFile = folder.resolve(ConfigLoader.NODE_FILE);
    Path zones = folder.resolve(ConfigLoader.ZONES_FOLDER);
    Path zoneFile = zones.resolve(zone + ".toml");
    if (Files.exists(nodeFile)) {
      throw new CommandFailure(
          nodeFile + " is there already and stays as it is; \"grapevine config check\" reads it");
    }
    try {
      Files.createDirectories(zones);
      Files.createDirectories(keep);
      // The node's own file comes last: until it is there, init can be run again.
      boolean zoneWritten = writeNew(zoneFile, ConfigTemplates.firstZone(name));
      if (!writeNew(nodeFile, ConfigTemplates.firstNode(name, keep))) {
        throw new CommandFailure(nodeFile + " appeared meanwhile and stays as it is");
      }
      tell(nodeFile, zoneFile, zoneWritten, keep, folder, data);
    } catch (AccessDeniedException e) {
      throw new CommandFailure(
          "this user may not write " + e.getFile() + "; be root, or choose --config DIR");
    } catch (IOException e) {
      throw new CommandFailure("cannot write " + folder + ": " + e);
    }
    return Grapevine.DONE;
  }

  private static boolean writeNew(Path file, String text) throws IOException {
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private void tell(
      Path nodeFile, Path zoneFile, boolean zoneWritten, Path keep, Path folder, Path data) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("wrote " + nodeFile + "   this node: its name, where it listens, its volume");
    out.println(
        zoneWritten
            ? "wrote " + zoneFile + "   a first zone, \"" + zone + "\", on this node"
            : "kept " + zoneFile + "   which was there");
    out.println("zones are kept in " + keep);
    out.println();
    out.println("Look through them, then start the node:");
    out.println("  grapevine config check --config " + folder + " --data " + data);
    out.println("  grapevine node --config " + folder + " --data " + data);
    out.flush();
  }

  private static TypeConversionException refused(InvalidValueException e) {
    return new TypeConversionException(
        e.getMessage() + e.suggestion().map(s -> "; did you mean \"" + s + "\"?").orElse(""));
  }

  /** A node name; what is wrong with it is wrong usage. */
  static final class NodeNameConverter implements ITypeConverter<NodeName> {
    @Override
    public NodeName convert(String text) {
      try {
        return new NodeName(text);
      } catch (InvalidValueException e) {
        throw refused(e);
      }
    }
  }

  /** A zone name; what is wrong with it is wrong usage. */
  static final class ZoneNameConverter implements ITypeConverter<ZoneName> {
    @Override
    public ZoneName convert(String text) {
      try {
        return new ZoneName(text);
      } catch (InvalidValueException e) {
        throw refused(e);
      }
    }
  }
}
