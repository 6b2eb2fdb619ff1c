// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.grapevinefs.zonesconfig.MeshConfig.MeshNode;

/** Reads {@code mesh.toml}. */
final class MeshFile {
  private final Section root;
  private final ProblemList problems;
  private final Limits limits;

  MeshFile(Section root, ProblemList problems, Limits limits) {
    this.root = root;
    this.problems = problems;
    this.limits = limits;
  }

  Optional<MeshConfig> read() {
    Optional<String> id =
        root.value("id", "a text in quotes", text -> new MeshConfig(text, List.of()).id());
    if (!root.has("id")) {
      root.missing("id", "the 32 digits that name this mesh, the same on all its nodes");
    }
    List<MeshNode> nodes = nodes();
    return problems.hasErrors() || id.isEmpty()
        ? Optional.empty()
        : Optional.of(new MeshConfig(id.get(), nodes));
  }

  private List<MeshNode> nodes() {
    List<MeshNode> nodes = new ArrayList<>();
    Set<NodeName> names = new HashSet<>();
    Set<NodeKey> keys = new HashSet<>();
    for (Section section : root.sections("node", limits.members())) {
      Optional<NodeName> name = section.value("name", "a text in quotes", NodeName::new);
      if (!section.has("name")) {
        section.missing("name", "what zone files call this node");
      }
      if (name.isPresent() && !names.add(name.get())) {
        problems.error(section.atValue("name"), "two nodes are named \"" + name.get() + "\"");
      }
      Optional<NodeKey> key = section.value("key", "a text in quotes", NodeKey::parse);
      if (!section.has("key")) {
        section.missing(
            "key", "the node's public key; \"grapevine status --format json\" on it shows it");
      }
      if (key.isPresent() && !keys.add(key.get())) {
        problems.error(section.atValue("key"), "two nodes have the same key");
      }
      List<HostPort> addresses =
          section
              .list("addresses", "addresses", limits.listEntries(), NodeFile::remote)
              .orElse(List.of());
      if (name.isPresent() && key.isPresent()) {
        nodes.add(new MeshNode(name.get(), key.get(), addresses));
      }
    }
    return nodes;
  }
}
