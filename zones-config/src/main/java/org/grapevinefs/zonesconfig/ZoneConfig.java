// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One zone, as its file in {@code zones.d} describes it.
 *
 * @param name the zone's name, which is the file's
 * @param description a line for people; may be empty
 * @param quota what its files may take on each member, at least 1 MB
 * @param members the nodes that keep a copy: 1 to 128, each once
 * @param type on a volume, or in memory
 * @param labels words for people and filters
 * @param ignore patterns as in {@code .gitignore}: kept where written, not replicated
 * @param merge patterns of names of files whose line records are merged when edited apart
 * @param mergeKey the field that names such a record
 * @param mergeText patterns of names of text files that are merged when edited apart
 * @param durability when changes of names are on disk
 * @param placement which volume of a member keeps the zone; its first one if not named
 * @param snapshots the history that is kept; empty: none
 * @param listSnapshots whether {@code .snapshots} shows in listings of the zone's root
 * @param limits how fast clients of one node may use it
 * @param access who may use it over NFS
 */
public record ZoneConfig(
    ZoneName name,
    String description,
    ByteSize quota,
    List<NodeName> members,
    ZoneType type,
    SortedMap<String, String> labels,
    List<String> ignore,
    List<String> merge,
    String mergeKey,
    List<String> mergeText,
    Durability durability,
    SortedMap<NodeName, String> placement,
    Optional<SnapshotPolicy> snapshots,
    boolean listSnapshots,
    ZoneLimits limits,
    AccessRules access) {

  /** The field that names a line record if the file does not say. */
  public static final String DEFAULT_MERGE_KEY = "id";

  /** Copies and checks; an {@link InvalidValueException} says what is wrong. */
  public ZoneConfig {
    members = List.copyOf(members);
    ignore = List.copyOf(ignore);
    merge = List.copyOf(merge);
    mergeText = List.copyOf(mergeText);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    placement = Collections.unmodifiableSortedMap(new TreeMap<>(placement));
    if (quota.compareTo(Limits.SMALLEST_QUOTA) < 0) {
      throw new InvalidValueException("a quota is at least 1MB, not " + quota);
    }
    if (members.isEmpty()) {
      throw new InvalidValueException("a zone has at least one member");
    }
    if (new LinkedHashSet<>(members).size() != members.size()) {
      throw new InvalidValueException("a member is named twice");
    }
    if (!members.containsAll(placement.keySet())) {
      throw new InvalidValueException("only members have a placement");
    }
    if (snapshots.isPresent() && !members.containsAll(snapshots.get().on())) {
      throw new InvalidValueException("only members keep snapshots");
    }
  }

  /** A zone of which only the needful is said. */
  public static ZoneConfig of(ZoneName name, ByteSize quota, List<NodeName> members) {
    return new ZoneConfig(
        name,
        "",
        quota,
        members,
        ZoneType.FILESYSTEM,
        new TreeMap<>(),
        List.of(),
        List.of(),
        DEFAULT_MERGE_KEY,
        List.of(),
        Durability.RELAXED,
        new TreeMap<>(),
        Optional.empty(),
        false,
        ZoneLimits.NONE,
        AccessRules.DEFAULT);
  }

  /** Whether a node keeps a copy. */
  public boolean hasMember(NodeName node) {
    return members.contains(node);
  }

  /** Whether a node may serve the zone, from its own copy or another's. */
  public boolean mayServe(NodeName node) {
    return hasMember(node) || access.nodes().allows(node);
  }

  /** The same zone of another type. */
  public ZoneConfig withType(ZoneType other) {
    return new ZoneConfig(
        name,
        description,
        quota,
        members,
        other,
        labels,
        ignore,
        merge,
        mergeKey,
        mergeText,
        durability,
        placement,
        snapshots,
        listSnapshots,
        limits,
        access);
  }

  /** The same zone with other labels. */
  public ZoneConfig withLabels(Map<String, String> others) {
    return new ZoneConfig(
        name,
        description,
        quota,
        members,
        type,
        new TreeMap<>(others),
        ignore,
        merge,
        mergeKey,
        mergeText,
        durability,
        placement,
        snapshots,
        listSnapshots,
        limits,
        access);
  }

  /** The same zone with other access rules. */
  public ZoneConfig withAccess(AccessRules other) {
    return new ZoneConfig(
        name,
        description,
        quota,
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
        limits,
        other);
  }

  /** The same zone with another quota. */
  public ZoneConfig withQuota(ByteSize other) {
    return new ZoneConfig(
        name,
        description,
        other,
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
        limits,
        access);
  }

  /** The same zone with another description. */
  public ZoneConfig withDescription(String other) {
    return new ZoneConfig(
        name,
        other,
        quota,
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
        limits,
        access);
  }
}
