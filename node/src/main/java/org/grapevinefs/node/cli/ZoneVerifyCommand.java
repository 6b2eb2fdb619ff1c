// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.VerifyFinding;
import org.grapevinefs.node.proto.VerifyZoneRequest;
import org.grapevinefs.node.proto.VerifyZoneUpdate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grapevine zone verify}. */
@Command(
    name = "verify",
    description = {
      "Compares the bytes of all members of a zone that can be reached, and mends what has gone bad"
          + " on a disk from a good one. No version changes.",
      "Fails if something stays wrong."
    })
final class ZoneVerifyCommand extends AdminCommand {
  private static final int MOST_SHOWN = 1_000;

  @Parameters(paramLabel = "ZONE", description = "The zone's name.")
  private String name;

  @Mixin private Format.Choice format;

  private final Map<VerifyFinding.Kind, Long> counts = new EnumMap<>(VerifyFinding.Kind.class);
  private final List<VerifyFinding> findings = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ZoneVerifyCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    VerifyZoneRequest request = VerifyZoneRequest.newBuilder().setName(name).build();
    boolean live = format.format() == Format.TABLE && Terminal.isThere();
    long start = System.nanoTime();
    VerifyZoneUpdate last =
        client.askForever(stub -> {
          VerifyZoneUpdate update = VerifyZoneUpdate.getDefaultInstance();
          for (Iterator<VerifyZoneUpdate> all = stub.verifyZone(request); all.hasNext(); ) {
            update = all.next();
            take(update, live);
            if (live) {
              print("\r\033[K" + progress(update, System.nanoTime() - start));
            }
          }
          return update;
        });
    if (live) {
      print("\r\033[K");
    }
    print(
        format.format() == Format.TABLE
            ? summary(last)
            : Output.render(format.format(), view(last)));
    boolean wrong = of(VerifyFinding.Kind.BAD) + of(VerifyFinding.Kind.UNDECIDED) > 0;
    return wrong ? Grapevine.COULD_NOT : Grapevine.DONE;
  }

  private void take(VerifyZoneUpdate update, boolean live) {
    for (VerifyFinding finding : update.getFindingsList()) {
      counts.merge(finding.getKind(), 1L, Long::sum);
      if (findings.size() < MOST_SHOWN) {
        findings.add(finding);
        if (format.format() == Format.TABLE) {
          print((live ? "\r\033[K" : "") + line(finding) + "\n");
        }
      }
    }
  }

  private long of(VerifyFinding.Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  private static String line(VerifyFinding finding) {
    return word(finding)
        + "  "
        + finding.getPath()
        + "  on "
        + String.join(", ", finding.getMembersList());
  }

  private static String word(VerifyFinding finding) {
    return finding.getKind().name().toLowerCase(Locale.ROOT);
  }

  private static String progress(VerifyZoneUpdate update, long nanos) {
    double seconds = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)) / 1_000.0;
    long left = update.getTotalFiles() - update.getFiles();
    return String.format(
        "%,d of %,d files, %s, %s/s, %,d s left",
        update.getFiles(),
        update.getTotalFiles(),
        Output.size(update.getBytes()),
        Output.size((long) (update.getBytes() / seconds)),
        (long) Math.ceil(left * seconds / Math.max(1, update.getFiles())));
  }

  private String summary(VerifyZoneUpdate last) {
    String with =
        last.getMembersCount() == 0
            ? "no other member could be reached"
            : "compared with " + String.join(", ", last.getMembersList());
    return String.format(
        "%,d files, %s, %s: %d mended, %d bad, %d undecided, %d edited in the folder, %d skipped"
            + " (in use)%n",
        last.getFiles(),
        Output.size(last.getBytes()),
        with,
        of(VerifyFinding.Kind.MENDED),
        of(VerifyFinding.Kind.BAD),
        of(VerifyFinding.Kind.UNDECIDED),
        of(VerifyFinding.Kind.EDITED),
        last.getSkipped() - of(VerifyFinding.Kind.EDITED));
  }

  private Map<String, Object> view(VerifyZoneUpdate last) {
    return Map.of(
        "zone",
        name,
        "files",
        last.getFiles(),
        "bytes",
        last.getBytes(),
        "members",
        last.getMembersList(),
        "skipped",
        last.getSkipped(),
        "findings",
        findings.stream()
            .map(one ->
                Map.of("kind", word(one), "path", one.getPath(), "members", one.getMembersList()))
            .toList());
  }
}
