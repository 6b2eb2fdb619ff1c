// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.grapevinefs.zonesconfig.ConfigWarning.Kind;
import org.grapevinefs.zonesconfig.MeshConfig.MeshNode;

/** The warnings that follow from what is in force and from {@link Facts}. Pure. */
public final class Warnings {

  /** How far clocks may be apart without a warning. */
  public static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  private final Loaded loaded;
  private final Facts facts;
  private final List<ConfigWarning> found = new ArrayList<>();

  private Warnings(Loaded loaded, Facts facts) {
    this.loaded = loaded;
    this.facts = facts;
  }

  /** All warnings: those of zones by zone, then those of the node. */
  public static List<ConfigWarning> of(Loaded loaded, Facts facts) {
    Warnings warnings = new Warnings(loaded, facts);
    loaded.zones().values().forEach(warnings::zone);
    warnings.overcommitted();
    warnings.clocks();
    warnings.plainVolumes();
    return List.copyOf(warnings.found);
  }

  private void zone(ZoneConfig zone) {
    if (zone.members().size() == 1) {
      add(
          Kind.ONE_MEMBER,
          zone,
          "only one member, " + zone.members().getFirst() + ": no second copy of its files");
    }
    Set<NodeName> known = known();
    for (NodeName member : zone.members()) {
      if (!known.isEmpty() && !known.contains(member)) {
        String near =
            Nearest.to(member.value(), known.stream().map(NodeName::value).sorted().toList())
                .map(name -> "; did you mean \"" + name + "\"?")
                .orElse("");
        add(Kind.UNKNOWN_MEMBER, zone, "nobody has heard of the member \"" + member + "\"" + near);
      }
      volume(zone, member)
          .filter(volume -> volume.capacity().compareTo(zone.quota()) < 0)
          .ifPresent(volume ->
              add(
                  Kind.VOLUME_SMALLER_THAN_QUOTA,
                  zone,
                  "the volume \""
                      + volume.name()
                      + "\" of "
                      + member
                      + " has "
                      + rounded(volume.capacity())
                      + ", less than the quota of "
                      + zone.quota()
                      + "; a zone is only as big as its smallest member"));
    }
  }

  /** All names that mean a node; empty when this node cannot know. */
  private Set<NodeName> known() {
    Set<NodeName> known = new HashSet<>(facts.heardOf());
    loaded.mesh().ifPresent(mesh -> mesh.nodes().stream().map(MeshNode::name).forEach(known::add));
    if (!known.isEmpty()) {
      loaded.node().ifPresent(node -> known.add(node.name()));
    }
    return known;
  }

  private Optional<Facts.Volume> volume(ZoneConfig zone, NodeName member) {
    if (zone.type() == ZoneType.MEMORY) {
      return Optional.empty();
    }
    List<Facts.Volume> volumes = facts.volumes().getOrDefault(member, List.of());
    String placed = zone.placement().get(member);
    return volumes.stream()
        .filter(volume -> placed == null || volume.name().equals(placed))
        .findFirst();
  }

  private void overcommitted() {
    for (Map.Entry<NodeName, List<Facts.Volume>> entry :
        new TreeMap<>(facts.volumes()).entrySet()) {
      for (Facts.Volume volume : entry.getValue()) {
        double sum = 0;
        int count = 0;
        for (ZoneConfig zone : loaded.zones().values()) {
          if (zone.hasMember(entry.getKey())
              && volume(zone, entry.getKey()).equals(Optional.of(volume))) {
            sum += zone.quota().bytes();
            count++;
          }
        }
        // One zone that is too large by itself has its own warning.
        if (count > 1 && sum > volume.capacity().bytes()) {
          found.add(
              new ConfigWarning(
                  Kind.VOLUME_OVERCOMMITTED,
                  Optional.empty(),
                  "the quotas of "
                      + count
                      + " zones on the volume \""
                      + volume.name()
                      + "\" of "
                      + entry.getKey()
                      + " sum to "
                      + rounded(new ByteSize((long) sum))
                      + ", past its "
                      + rounded(volume.capacity())));
        }
      }
    }
  }

  private void clocks() {
    new TreeMap<>(facts.clockOffsets())
        .forEach((node, offset) -> {
          if (offset.abs().compareTo(CLOCK_TOLERANCE) > 0) {
            found.add(
                new ConfigWarning(
                    Kind.CLOCKS_APART,
                    Optional.empty(),
                    "the clock of "
                        + node
                        + " is "
                        + offset.abs().toSeconds()
                        + " s "
                        + (offset.isNegative() ? "behind" : "ahead")
                        + ": of two edits made apart the wrong one may get the name"));
          }
        });
  }

  private void plainVolumes() {
    loaded
        .node()
        .ifPresent(node ->
            facts.volumes().getOrDefault(node.name(), List.of()).stream()
                .filter(volume -> !volume.btrfs())
                .forEach(volume ->
                    found.add(
                        new ConfigWarning(
                            Kind.NOT_BTRFS,
                            Optional.empty(),
                            "the volume \""
                                + volume.name()
                                + "\" is not Btrfs: quotas are"
                                + " counted by the node, copies take their full size, and"
                                + " there are no snapshots"))));
  }

  /** A measured size in words: three digits at most. */
  static String rounded(ByteSize size) {
    String[] units = {"B", "KB", "MB", "GB", "TB", "PB"};
    double value = size.bytes();
    int unit = 0;
    while (value >= 1_000 && unit < units.length - 1) {
      value /= 1_024;
      unit++;
    }
    String digits =
        value < 10 && unit > 0
            ? String.format(java.util.Locale.ROOT, "%.1f", value).replace(".0", "")
            : Long.toString((long) value);
    return digits + " " + units[unit];
  }

  private void add(Kind kind, ZoneConfig zone, String message) {
    found.add(new ConfigWarning(kind, Optional.of(zone.name()), message));
  }
}
