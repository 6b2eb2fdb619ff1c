// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.grapevinefs.node.admin.AdminClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The {@code --admin} option: which node a command talks to. */
final class AdminChoice {
  private static final String DEFAULT_HOST = "127.0.0.1";
  private static final int DEFAULT_PORT = 2646;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description =
          "The node to ask (default: what /etc/grapevine/node.toml says, else 127.0.0.1:2646).")
  private @Nullable String address;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  AdminChoice() {}

  /** A connection to the chosen node; made at the first question. */
  AdminClient connect() {
    String text = address;
    if (text == null) {
      text = fromConfig(Path.of("/etc/grapevine/node.toml"));
    }
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    int port = colon < 0 ? DEFAULT_PORT : port(text.substring(colon + 1), text);
    if (host.isEmpty()) {
      host = DEFAULT_HOST;
    }
    return new AdminClient(host.replace("[", "").replace("]", ""), port);
  }

  private int port(String digits, String whole) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // falls through to the one explanation below
    }
    throw new ParameterException(
        spec.commandLine(), "--admin takes HOST:PORT, as in 127.0.0.1:2646, not \"" + whole + "\"");
  }

  /** Only the one line is looked for: a node.toml with mistakes is the node's to complain about. */
  private static String fromConfig(Path file) {
    String fallback = DEFAULT_HOST + ":" + DEFAULT_PORT;
    if (!Files.isReadable(file)) {
      return fallback;
    }
    boolean inAdmin = false;
    try {
      for (String line : Files.readAllLines(file)) {
        String trimmed = line.strip();
        if (trimmed.startsWith("[")) {
          inAdmin = trimmed.startsWith("[admin]");
        } else if (inAdmin && trimmed.matches("listen\\s*=\\s*\"[^\"]+\".*")) {
          String listen = trimmed.replaceFirst("[^\"]*\"([^\"]+)\".*", "$1");
          return listen.replace("0.0.0.0", DEFAULT_HOST);
        }
      }
    } catch (java.io.IOException e) {
      return fallback;
    }
    return fallback;
  }
}
