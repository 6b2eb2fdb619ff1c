// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;

/**
 * What a node is told when it starts; all else is in its configuration.
 *
 * @param config the folder with node.toml, mesh.toml and zones.d
 * @param data the folder for its key and state
 * @param prefix begins each line of its log, to tell nodes of one process apart
 * @param clock the time
 */
public record NodeOptions(Path config, Path data, String prefix, InstantSource clock) {
  /** A node with a log and a process of its own. */
  public static NodeOptions of(Path config, Path data) {
    return new NodeOptions(
        config.toAbsolutePath().normalize(),
        data.toAbsolutePath().normalize(),
        "",
        Clock.systemUTC());
  }

  /** The same, with another beginning of log lines. */
  public NodeOptions withPrefix(String other) {
    return new NodeOptions(config, data, other, clock);
  }
}
