// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a configuration folder says, as far as it can be understood.
 *
 * @param node this node; empty when {@code node.toml} was never good
 * @param zones the zones in force, by name
 * @param mesh the nodes that trust one another; empty when there is no {@code mesh.toml}
 * @param problems why files were refused, in the order of the files
 * @param warnings what is doubtful in files that were not
 */
public record Loaded(
    Optional<NodeConfig> node,
    SortedMap<ZoneName, ZoneConfig> zones,
    Optional<MeshConfig> mesh,
    List<ConfigProblem> problems,
    List<ConfigProblem> warnings) {

  /** What is in force before anything was read. */
  public static final Loaded NOTHING =
      new Loaded(Optional.empty(), new TreeMap<>(), Optional.empty(), List.of(), List.of());

  /** Copies all collections. */
  public Loaded {
    zones = Collections.unmodifiableSortedMap(new TreeMap<>(zones));
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /** The zone of that name. */
  public Optional<ZoneConfig> zone(ZoneName name) {
    return Optional.ofNullable(zones.get(name));
  }

  /** Whether every file was taken. */
  public boolean isGood() {
    return problems.isEmpty();
  }
}
