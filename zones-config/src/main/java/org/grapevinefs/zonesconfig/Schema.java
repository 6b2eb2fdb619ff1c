// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which keys each section of a kind of file may have, in the order in which they are explained. The
 * title of the part above the first section is empty.
 *
 * @param sections keys by section title
 * @param later keys that are read and checked, but that this version does not act on yet: whoever
 *     builds what they ask for takes them out; written {@code section.key}
 */
record Schema(Map<String, List<String>> sections, Set<String> later) {
  static final Schema NODE =
      new Schema(
          Map.of(
              "", List.of("name", "gossip", "peer", "nfs", "admin", "volume"),
              "gossip", List.of("listen", "seeds", "broadcast"),
              "peer", List.of("listen"),
              "nfs", List.of("listen", "tls", "tls-clients", "tls-certificate", "tls-key", "lease"),
              "admin", List.of("listen"),
              "volume", List.of("name", "path", "capacity", "type", "quota-mode")),
          Set.of("volume.capacity", "volume.quota-mode"));

  static final Schema ZONE =
      new Schema(
          Map.of(
              "",
                  List.of(
                      "description",
                      "quota",
                      "members",
                      "type",
                      "labels",
                      "ignore",
                      "merge",
                      "merge-key",
                      "merge-text",
                      "durability",
                      "list-snapshots",
                      "placement",
                      "snapshots",
                      "limits",
                      "access"),
              "snapshots", List.of("on", "every", "keep", "budget"),
              "snapshots.keep", Words.all(SnapshotAge.class),
              "limits", List.of("read", "write", "read-iops", "write-iops"),
              "access", List.of("clients", "read-only", "squash", "nodes")),
          Set.of("ignore", "list-snapshots", "snapshots", "limits"));

  static final Schema MESH =
      new Schema(
          Map.of("", List.of("id", "node"), "node", List.of("name", "key", "addresses")), Set.of());

  boolean isFixed(String title) {
    return sections.containsKey(title);
  }

  List<String> keys(String title) {
    return sections.getOrDefault(title, List.of());
  }

  /** Whether this version reads a key but does not act on it. */
  boolean isLater(String title, String key) {
    return later.contains(title.isEmpty() ? key : title + "." + key);
  }

  /** The one section that has this key; empty when none has it, or several. */
  Optional<String> homeOf(String key) {
    List<String> homes =
        sections.entrySet().stream()
            .filter(entry -> entry.getValue().contains(key))
            .flatMap(entry -> Stream.of(entry.getKey()))
            .collect(Collectors.toList());
    return homes.size() == 1 ? Optional.of(homes.getFirst()) : Optional.empty();
  }
}
