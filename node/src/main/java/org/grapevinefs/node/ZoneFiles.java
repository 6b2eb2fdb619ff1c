// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.grapevinefs.node.admin.Refusal;
import org.grapevinefs.node.proto.CreateZoneRequest;
import org.grapevinefs.zonesconfig.ByteSize;
import org.grapevinefs.zonesconfig.ConfigLoader;
import org.grapevinefs.zonesconfig.ConfigTemplates;
import org.grapevinefs.zonesconfig.InvalidValueException;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.ZoneConfig;
import org.grapevinefs.zonesconfig.ZoneName;
import org.grapevinefs.zonesconfig.ZoneType;

/** The folder {@code zones.d}, as administrators change it through the admin API. */
final class ZoneFiles {
  private final Path folder;
  private final NodeName self;

  ZoneFiles(Path config, NodeName self) {
    this.folder = config.resolve(ConfigLoader.ZONES_FOLDER);
    this.self = self;
  }

  /** Writes the file of a new zone, whole or not at all. */
  Path create(CreateZoneRequest request) throws Refusal {
    ZoneConfig zone = zone(request);
    Path file = folder.resolve(zone.name() + ".toml");
    if (Files.exists(file)) {
      throw new Refusal(
          Refusal.Kind.ALREADY_THERE,
          "zone " + zone.name() + " is there already: edit " + file + " to change it");
    }
    Path fresh = folder.resolve("." + zone.name() + ".new");
    try {
      Files.createDirectories(folder);
      Files.writeString(
          fresh,
          ConfigTemplates.zone(zone),
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE,
          StandardOpenOption.SYNC);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new Refusal(Refusal.Kind.FAILED, "cannot write " + file + ": " + Plainly.of(e));
    }
    return file;
  }

  private ZoneConfig zone(CreateZoneRequest request) throws Refusal {
    try {
      List<NodeName> members =
          request.getMembersCount() == 0
              ? List.of(self)
              : request.getMembersList().stream().map(NodeName::new).toList();
      ZoneConfig zone =
          ZoneConfig.of(
                  new ZoneName(request.getName()), new ByteSize(request.getSizeBytes()), members)
              .withLabels(request.getLabelsMap())
              .withDescription(request.getDescription());
      return switch (request.getType().toLowerCase(Locale.ROOT)) {
        case "", "filesystem" -> zone;
        case "memory" -> zone.withType(ZoneType.MEMORY);
        default ->
            throw new Refusal(
                Refusal.Kind.BAD_REQUEST,
                "the type is filesystem or memory, not \"" + request.getType() + "\"");
      };
    } catch (InvalidValueException e) {
      String near = e.suggestion().map(s -> "; did you mean \"" + s + "\"?").orElse("");
      throw new Refusal(Refusal.Kind.BAD_REQUEST, e.getMessage() + near);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  /** Puts a zone's file aside, under a name that is no zone's. */
  Path remove(ZoneName zone) throws Refusal {
    Path file = folder.resolve(zone + ".toml");
    Path aside = folder.resolve(zone + ".toml" + ConfigLoader.REMOVED);
    try {
      Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new Refusal(Refusal.Kind.FAILED, "cannot move " + file + ": " + Plainly.of(e));
    }
    return aside;
  }
}
