// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.Locale;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.ResolveConflictRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code grapevine conflicts resolve}. */
@Command(name = "resolve", description = "Ends a conflict by keeping one version, or both.")
final class ResolveCommand extends AdminCommand {
  /** Which version stays. */
  enum Keep {
    OURS,
    THEIRS,
    BOTH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(index = "0", paramLabel = "ZONE", description = "The zone's name.")
  private String zone;

  @Parameters(index = "1", paramLabel = "PATH", description = "The file, as conflicts names it.")
  private String path;

  @Option(
      names = "--keep",
      required = true,
      paramLabel = "WHICH",
      description =
          "ours: what stands under the plain name; theirs: the other one takes its place;"
              + " both: the other becomes a file of its own.")
  private Keep keep;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ResolveCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    ResolveConflictRequest request =
        ResolveConflictRequest.newBuilder()
            .setZone(zone)
            .setPath(path)
            .setKeep(keep.toString())
            .build();
    print(client.ask(stub -> stub.resolveConflict(request)).getDone() + "\n");
    return Grapevine.DONE;
  }
}
