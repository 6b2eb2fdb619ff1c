// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlPosition;

/** Reads a file of {@code zones.d}. */
final class ZoneFile {
  private static final int LONGEST_PATTERN = 255;

  private final ZoneName name;
  private final Section root;
  private final ProblemList problems;
  private final Limits limits;
  private final @Nullable NodeConfig self;

  /** A reader; {@code self} is the node that must be able to keep the zone, if it is known. */
  ZoneFile(
      ZoneName name, Section root, ProblemList problems, Limits limits, @Nullable NodeConfig self) {
    this.name = name;
    this.root = root;
    this.problems = problems;
    this.limits = limits;
    this.self = self;
  }

  Optional<ZoneConfig> read() {
    String description = root.text("description").orElse("");
    Optional<ByteSize> quota = quota();
    List<NodeName> members = members();
    ZoneType type = NodeFile.word(root, "type", ZoneType.class).orElse(ZoneType.FILESYSTEM);
    SortedMap<String, String> labels = new TreeMap<>(root.texts("labels"));
    List<String> ignore = patterns("ignore");
    List<String> merge = namePatterns("merge");
    String mergeKey = root.text("merge-key").orElse(ZoneConfig.DEFAULT_MERGE_KEY);
    if (mergeKey.isBlank()) {
      problems.error(root.atValue("merge-key"), "merge-key: the name of a field, not empty");
    }
    List<String> mergeText = namePatterns("merge-text");
    Durability durability =
        NodeFile.word(root, "durability", Durability.class).orElse(Durability.RELAXED);
    SortedMap<NodeName, String> placement = placement(members);
    Optional<SnapshotPolicy> snapshots = root.section("snapshots").flatMap(s -> policy(s, members));
    boolean listSnapshots = root.flag("list-snapshots").orElse(false);
    ZoneLimits rates = root.section("limits").map(this::rates).orElse(ZoneLimits.NONE);
    AccessRules access = root.section("access").map(this::access).orElse(AccessRules.DEFAULT);
    if (type == ZoneType.MEMORY) {
      problems.warn(
          root.atValue("type"), "memory is right, but this version keeps the zone on a volume");
      for (String key : List.of("durability", "placement", "snapshots")) {
        if (root.has(key)) {
          problems.warn(root.at(key), key + " means nothing for a zone in memory");
        }
      }
    }
    if (problems.hasErrors() || quota.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ZoneConfig(
            name,
            description,
            quota.get(),
            members,
            type,
            labels,
            ignore,
            merge,
            mergeKey,
            mergeText,
            durability,
            placement,
            snapshots,
            listSnapshots,
            rates,
            access));
  }

  private Optional<ByteSize> quota() {
    if (!root.has("quota")) {
      root.missing("quota", "how large may the zone become? For example quota = \"10GB\"");
    }
    Optional<ByteSize> quota = root.size("quota");
    if (quota.filter(size -> size.compareTo(Limits.SMALLEST_QUOTA) < 0).isPresent()) {
      problems.error(root.atValue("quota"), "quota: at least 1MB, not " + quota.get());
    }
    return quota;
  }

  private List<NodeName> members() {
    Optional<List<NodeName>> members =
        root.list("members", "node names", limits.members(), NodeName::new);
    if (!root.has("members")) {
      root.missing("members", "which nodes keep a copy? For example members = [\"node-1\"]");
    } else if (members.isPresent() && members.get().isEmpty() && !problems.hasErrors()) {
      problems.error(root.atValue("members"), "members: a zone has at least one");
    }
    return members.orElse(List.of());
  }

  private List<String> patterns(String key) {
    return root.list(key, "patterns in quotes", limits.listEntries(), ZoneFile::pattern)
        .orElse(List.of());
  }

  private List<String> namePatterns(String key) {
    return root.list(key, "patterns in quotes", limits.listEntries(), ZoneFile::namePattern)
        .orElse(List.of());
  }

  /** A pattern of a file's own name, wherever the file is. */
  private static String namePattern(String text) {
    pattern(text);
    if (text.indexOf('/') >= 0) {
      String name = text.substring(text.lastIndexOf('/') + 1);
      String message = "\"" + Quoting.printable(text) + "\" has a /, but only names are matched";
      throw name.isEmpty()
          ? new InvalidValueException(message)
          : new InvalidValueException(message, name);
    }
    if (text.length() > LONGEST_PATTERN || text.indexOf('[') >= 0 != text.indexOf(']') >= 0) {
      throw new InvalidValueException(
          "\""
              + Quoting.printable(text)
              + "\" is no pattern of a name: at most 255 characters,"
              + " with *, ? and [abc]");
    }
    return text;
  }

  private static String pattern(String text) {
    if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidValueException(
          "\"" + Quoting.printable(text) + "\" is no pattern: one line, not empty");
    }
    return text;
  }

  private SortedMap<NodeName, String> placement(List<NodeName> members) {
    SortedMap<NodeName, String> placement = new TreeMap<>();
    Optional<Section> section = root.section("placement");
    if (section.isPresent()) {
      for (String key : section.get().keys()) {
        placed(section.get(), key, members, placement);
      }
    }
    if (self != null && members.contains(self.name())) {
      checkOwnVolume(self, section, placement);
    }
    return placement;
  }

  private void placed(
      Section section, String key, List<NodeName> members, Map<NodeName, String> placement) {
    Optional<NodeName> node = members.stream().filter(m -> m.value().equals(key)).findFirst();
    Optional<String> volume = section.text(key);
    if (node.isEmpty() && Schema.ZONE.keys("").contains(key)) {
      problems.error(
          section.at(key),
          "the key \"" + key + "\" does not belong here but above the first section");
    } else if (node.isEmpty()) {
      notMember(section.at(key), "placement", key, members);
    } else {
      volume.ifPresent(v -> placement.put(node.get(), v));
    }
  }

  private void notMember(TomlPosition at, String key, String name, List<NodeName> members) {
    problems.error(
        at,
        key + ": \"" + Quoting.printable(name) + "\" is not a member of this zone",
        Nearest.to(name, members.stream().map(NodeName::value).toList()));
  }

  private void checkOwnVolume(
      NodeConfig node, Optional<Section> section, Map<NodeName, String> placement) {
    List<String> volumes = node.volumes().stream().map(VolumeConfig::name).toList();
    String wanted = placement.get(node.name());
    if (volumes.isEmpty()) {
      problems.error(
          root.atValue("members"),
          "members: this node, \"" + node.name() + "\", has no [[volume]] in its node.toml");
    } else if (wanted != null && !volumes.contains(wanted)) {
      String shown = Quoting.printable(wanted);
      problems.error(
          section.map(s -> s.atValue(node.name().value())).orElse(root.place()),
          "placement: this node, \"" + node.name() + "\", has no volume \"" + shown + "\"",
          Nearest.to(wanted, volumes).or(() -> Optional.of(volumes.getFirst())));
    }
  }

  private Optional<SnapshotPolicy> policy(Section section, List<NodeName> members) {
    Optional<List<NodeName>> on = section.list("on", "node names", limits.members(), NodeName::new);
    if (on.isPresent() && !members.isEmpty()) {
      for (int i = 0; i < on.get().size(); i++) {
        if (!members.contains(on.get().get(i))) {
          notMember(section.atElement("on", i), "on", on.get().get(i).value(), members);
        }
      }
    }
    Duration every =
        section
            .value("every", "a duration in quotes such as \"15m\"", ZoneFile::interval)
            .orElse(SnapshotPolicy.DEFAULT_EVERY);
    Map<SnapshotAge, Integer> keep =
        section.section("keep").map(this::keep).orElse(SnapshotPolicy.DEFAULT_KEEP);
    SnapshotBudget budget =
        section.size("budget", SnapshotBudget::parse).orElse(SnapshotPolicy.DEFAULT_BUDGET);
    return problems.hasErrors()
        ? Optional.empty()
        : Optional.of(new SnapshotPolicy(on.orElse(members), every, keep, budget));
  }

  private static Duration interval(String text) {
    Duration every = Durations.parse(text);
    if (every.compareTo(SnapshotPolicy.SHORTEST) < 0
        || every.compareTo(SnapshotPolicy.LONGEST) > 0) {
      throw new InvalidValueException("from 1m to 400d, not " + text);
    }
    return every;
  }

  private Map<SnapshotAge, Integer> keep(Section section) {
    Map<SnapshotAge, Integer> keep = new EnumMap<>(SnapshotAge.class);
    long sum = 0;
    for (SnapshotAge age : SnapshotAge.values()) {
      Optional<Integer> count = section.count(Words.of(age), 0);
      sum += count.orElse(0);
      count.ifPresent(c -> keep.put(age, c));
    }
    if (sum > Limits.SNAPSHOTS) {
      problems.error(
          section.place(), "keep: at most " + Limits.SNAPSHOTS + " snapshots together, not " + sum);
    }
    return keep;
  }

  private ZoneLimits rates(Section section) {
    Optional<ByteSize> read = rate(section, "read");
    Optional<ByteSize> write = rate(section, "write");
    Optional<Integer> readIops = section.count("read-iops", 1);
    Optional<Integer> writeIops = section.count("write-iops", 1);
    return new ZoneLimits(read, write, readIops, writeIops);
  }

  private static Optional<ByteSize> rate(Section section, String key) {
    return section.value(key, "a rate in quotes such as \"200MB/s\"", ZoneFile::rate);
  }

  private static ByteSize rate(String text) {
    String message =
        "\"" + Quoting.printable(text) + "\" is no rate: a size and \"/s\", such as \"200MB/s\"";
    ByteSize size;
    try {
      size = ByteSize.parse(text.endsWith("/s") ? text.substring(0, text.length() - 2) : text);
    } catch (InvalidValueException e) {
      throw e.suggestion()
          .map(near -> new InvalidValueException(message, near + "/s"))
          .orElseGet(() -> new InvalidValueException(message));
    }
    if (!text.endsWith("/s")) {
      throw new InvalidValueException(message, text + "/s");
    }
    if (size.bytes() == 0) {
      throw new InvalidValueException("a limit is at least 1; leave it out for none");
    }
    return size;
  }

  private AccessRules access(Section section) {
    AccessRules otherwise = AccessRules.DEFAULT;
    int most = limits.listEntries();
    return new AccessRules(
        section.list("clients", "IP addresses", most, Cidr::parse).orElse(otherwise.clients()),
        section.list("read-only", "IP addresses", most, Cidr::parse).orElse(List.of()),
        NodeFile.word(section, "squash", Squash.class).orElse(otherwise.squash()),
        serving(section));
  }

  private ServingNodes serving(Section section) {
    Optional<List<String>> names =
        section.list("nodes", "node names", limits.members(), ZoneFile::nodeOrAny);
    if (names.isEmpty() || names.get().equals(List.of("*"))) {
      return new ServingNodes.Any();
    }
    List<NodeName> nodes = new ArrayList<>();
    for (int i = 0; i < names.get().size(); i++) {
      if (names.get().get(i).equals("*")) {
        problems.error(
            section.atElement("nodes", i), "nodes: \"*\" is every node, so it stands alone");
      } else {
        nodes.add(new NodeName(names.get().get(i)));
      }
    }
    return new ServingNodes.Only(nodes);
  }

  private static String nodeOrAny(String text) {
    return text.equals("*") ? text : new NodeName(text).value();
  }
}
