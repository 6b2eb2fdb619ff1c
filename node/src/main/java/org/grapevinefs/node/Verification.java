// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.node.proto.VerifyFinding;
import org.grapevinefs.node.proto.VerifyZoneUpdate;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.peer.PeerService;
import org.grapevinefs.replication.peer.VerifyPage;
import org.grapevinefs.replication.peer.VerifyPage.Finding;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of a zone's bytes with those of its other members, page by page; what it finds
 * goes to the events. Not thread-safe.
 */
final class Verification {
  private final PeerService peers;
  private final ServedZone.Held zone;
  private final EventLog events;
  private final Function<NodeId, String> names;
  private final Set<String> members = new TreeSet<>();
  private @Nullable FileId next;
  private boolean done;
  private long files;
  private long bytes;
  private long skipped;

  /**
   * A comparison that has not begun.
   *
   * @param after where an earlier one ended; null for the beginning
   * @param names how people call a node
   */
  Verification(
      PeerService peers,
      ServedZone.Held zone,
      EventLog events,
      Function<NodeId, String> names,
      @Nullable FileId after) {
    this.peers = peers;
    this.zone = zone;
    this.events = events;
    this.names = names;
    this.next = after;
  }

  boolean isDone() {
    return done;
  }

  /** Where the next page begins; null if at the beginning, or done. */
  @Nullable FileId next() {
    return next;
  }

  /** Looks at the next page. */
  VerifyZoneUpdate page() throws IOException, InterruptedException {
    VerifyPage page = peers.verify(ZoneId.ofName(name()), next);
    next = page.next();
    done = next == null;
    files += page.files();
    bytes += page.bytes();
    skipped += page.skipped();
    page.members().forEach(member -> members.add(names.apply(member)));
    VerifyZoneUpdate.Builder update =
        VerifyZoneUpdate.newBuilder()
            .setFiles(files)
            .setBytes(bytes)
            .setTotalFiles(total())
            .addAllMembers(members)
            .setSkipped(skipped)
            .setDone(done);
    for (Finding finding : page.findings()) {
      update.addFindings(tell(finding));
    }
    return update.build();
  }

  /** Ids are spread evenly, so where one stands among all tells how many there are. */
  private long total() {
    FileId place = next;
    double share = place == null ? 1 : (place.high() >>> 1) / (double) Long.MAX_VALUE;
    return share <= 0 ? files : Math.round(files / share);
  }

  private String name() {
    return zone.config().name().value();
  }

  private VerifyFinding tell(Finding finding) {
    return tell(zone, finding, events, names);
  }

  /** Tells of a finding in the events. */
  static VerifyFinding tell(
      ServedZone.Held zone, Finding finding, EventLog events, Function<NodeId, String> names) {
    String path =
        zone.replica().heldContents().path(finding.shown()).stream()
            .map(EntryName::toString)
            .collect(Collectors.joining("/"));
    List<String> where = finding.members().stream().map(names).sorted().toList();
    events.add(
        level(finding.kind()), zone.config().name().value(), "", path, text(finding.kind(), where));
    return VerifyFinding.newBuilder()
        .setKind(kind(finding.kind()))
        .setPath(path)
        .addAllMembers(where)
        .build();
  }

  private static EventLog.Level level(VerifyPage.Kind kind) {
    return switch (kind) {
      case MENDED, EDITED -> EventLog.Level.WARNING;
      case BAD, UNDECIDED -> EventLog.Level.ERROR;
    };
  }

  private static String text(VerifyPage.Kind kind, List<String> where) {
    String members = String.join(", ", where);
    return switch (kind) {
      case MENDED ->
          "its bytes on " + members + " had gone bad, and are right again: look at that disk";
      case BAD -> "its bytes on " + members + " have gone bad, and could not be mended now";
      case UNDECIDED ->
          "members hold different bytes of one version, and which are right cannot be told: compare"
              + " the copies on "
              + members
              + " and save the good one anew";
      case EDITED -> "it was edited in the folder: \"grapevine zone scan\" takes that in";
    };
  }

  private static VerifyFinding.Kind kind(VerifyPage.Kind kind) {
    return switch (kind) {
      case MENDED -> VerifyFinding.Kind.MENDED;
      case BAD -> VerifyFinding.Kind.BAD;
      case UNDECIDED -> VerifyFinding.Kind.UNDECIDED;
      case EDITED -> VerifyFinding.Kind.EDITED;
    };
  }
}
