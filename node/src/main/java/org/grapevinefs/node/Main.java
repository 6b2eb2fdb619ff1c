// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import org.grapevinefs.node.cli.Grapevine;

/** The entry of the one program, {@code grapevine}. */
public final class Main {
  private static final java.util.logging.Logger GRPC =
      java.util.logging.Logger.getLogger("io.grpc");

  private Main() {}

  /** Runs a command and leaves with its status: 0 done, 1 could not, 2 wrong usage. */
  public static void main(String[] args) {
    // What gRPC logs of its own accord is said in plain words by whoever asked.
    GRPC.setLevel(java.util.logging.Level.OFF);
    int status = Grapevine.run(args);
    System.out.flush();
    System.err.flush();
    System.exit(status);
  }
}
