// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.grapevinefs.node.VolumeFacts;
import org.grapevinefs.zonesconfig.ConfigChange;
import org.grapevinefs.zonesconfig.ConfigLoader;
import org.grapevinefs.zonesconfig.ConfigProblem;
import org.grapevinefs.zonesconfig.ConfigWarning;
import org.grapevinefs.zonesconfig.Facts;
import org.grapevinefs.zonesconfig.LastGood;
import org.grapevinefs.zonesconfig.Loaded;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.VolumeConfig;
import org.grapevinefs.zonesconfig.Warnings;
import org.grapevinefs.zonesconfig.ZoneName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code grapevine config check}: reads the files as the node would, and asks no node. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Reads the configuration and says what is wrong, what is doubtful, and what would change.",
      "Status 1 if a file would be refused."
    })
final class ConfigCheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Format.Choice format;

  @Option(
      names = "--config",
      paramLabel = "DIR",
      defaultValue = "/etc/grapevine",
      description = "node.toml, mesh.toml and zones.d/ (default: /etc/grapevine).")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "/var/lib/grapevine",
      description = "The node's data, which has what is in force (default: /var/lib/grapevine).")
  private Path data;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ConfigCheckCommand() {}

  @Override
  public Integer call() {
    Loaded inForce = LastGood.load(data);
    Loaded files = new ConfigLoader().load(config, inForce);
    List<ConfigProblem> problems = new ArrayList<>(files.problems());
    problems.addAll(missingVolumes(files));
    Loaded loaded =
        new Loaded(files.node(), files.zones(), files.mesh(), problems, files.warnings());
    Optional<List<ConfigChange>> changes =
        inForce.node().isPresent()
            ? Optional.of(ConfigChange.between(inForce, loaded))
            : Optional.empty();
    List<ConfigWarning> warnings = Warnings.of(loaded, facts(loaded.node()));
    PrintWriter out = spec.commandLine().getOut();
    if (format.format() == Format.TABLE) {
      explain(out, loaded, warnings, changes);
    } else {
      out.print(Output.render(format.format(), view(loaded, warnings, changes)));
    }
    out.flush();
    return loaded.isGood() ? Grapevine.DONE : Grapevine.COULD_NOT;
  }

  /** What can be seen of this node's own volumes from here. */
  private static Facts facts(Optional<NodeConfig> node) {
    if (node.isEmpty()) {
      return Facts.NONE;
    }
    return new Facts(Map.of(node.get().name(), VolumeFacts.of(node.get())), Set.of(), Map.of());
  }

  /** What keeps the node from starting though every file is right. */
  private List<ConfigProblem> missingVolumes(Loaded loaded) {
    List<ConfigProblem> missing = new ArrayList<>();
    for (VolumeConfig volume : loaded.node().map(NodeConfig::volumes).orElse(List.of())) {
      if (!Files.isDirectory(volume.path())) {
        missing.add(
            new ConfigProblem(
                config.resolve(ConfigLoader.NODE_FILE),
                0,
                0,
                ConfigProblem.Severity.ERROR,
                "the volume \""
                    + volume.name()
                    + "\" has no folder "
                    + volume.path()
                    + ": mount its disk, or make the folder",
                Optional.empty()));
      }
    }
    return missing;
  }

  private void explain(
      PrintWriter out,
      Loaded loaded,
      List<ConfigWarning> warnings,
      Optional<List<ConfigChange>> changes) {
    loaded.problems().forEach(problem -> out.println("error: " + problem));
    loaded.warnings().forEach(warning -> out.println("warning: " + warning));
    warnings.forEach(warning -> out.println("warning: " + warning));
    changes.ifPresent(list -> list.forEach(change -> out.println("would change: " + change)));
    if (changes.filter(List::isEmpty).isPresent()) {
      out.println("nothing would change");
    }
    if (loaded.isGood()) {
      String node = loaded.node().map(n -> "node " + n.name() + ", ").orElse("");
      out.println(config + " is good: " + node + counted(loaded.zones().size(), "zone"));
    } else {
      out.println(
          counted(loaded.problems().size(), "mistake")
              + "; a file with one is refused whole, and what was last good stays in force");
    }
  }

  private static String counted(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  private static Map<String, @Nullable Object> view(
      Loaded loaded, List<ConfigWarning> warnings, Optional<List<ConfigChange>> changes) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("good", loaded.isGood());
    view.put("node", loaded.node().map(node -> node.name().value()).orElse(null));
    view.put("zones", loaded.zones().keySet().stream().map(ZoneName::value).toList());
    view.put("problems", loaded.problems().stream().map(ConfigCheckCommand::problem).toList());
    List<Map<String, @Nullable Object>> doubtful = new ArrayList<>();
    loaded.warnings().forEach(warning -> doubtful.add(problem(warning)));
    for (ConfigWarning warning : warnings) {
      String zone = warning.zone().map(ZoneName::value).orElse(null);
      doubtful.add(warning(warning.kind().toString(), zone, warning.message()));
    }
    view.put("warnings", doubtful);
    view.put("changes", changes.map(l -> l.stream().map(Object::toString).toList()).orElse(null));
    return view;
  }

  private static Map<String, @Nullable Object> problem(ConfigProblem problem) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("file", problem.file().toString());
    view.put("line", problem.line());
    view.put("column", problem.column());
    view.put("severity", problem.severity().toString());
    view.put("message", problem.message());
    view.put("suggestion", problem.suggestion().orElse(null));
    return view;
  }

  private static Map<String, @Nullable Object> warning(
      String kind, @Nullable String zone, String message) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("kind", kind);
    view.put("zone", zone);
    view.put("message", message);
    return view;
  }
}
