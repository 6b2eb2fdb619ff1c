// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.Counts;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.peer.PeerService;
import org.grapevinefs.replication.peer.VerifyPage;
import org.jspecify.annotations.Nullable;

/** The zones of a node as its {@link Scrubber} sees them. */
final class ZoneScrubbing implements Scrubber.Work {
  private final ZoneTable zones;
  private final PeerService peers;
  private final EventLog events;
  private final Function<NodeId, String> names;

  ZoneScrubbing(
      ZoneTable zones, PeerService peers, EventLog events, Function<NodeId, String> names) {
    this.zones = zones;
    this.peers = peers;
    this.events = events;
    this.names = names;
    peers.onMendings(this::mended);
  }

  private void mended(ZoneId id, List<VerifyPage.Finding> found) {
    zones.all().stream()
        .filter(zone -> ZoneId.ofName(zone.config().name().value()).equals(id))
        .filter(ServedZone.Held.class::isInstance)
        .map(ServedZone.Held.class::cast)
        .forEach(zone -> found.forEach(one -> Verification.tell(zone, one, events, names)));
  }

  @Override
  public Set<String> zones() {
    return zones.all().stream()
        .filter(ServedZone.Held.class::isInstance)
        .map(zone -> zone.config().name().value())
        .collect(Collectors.toUnmodifiableSet());
  }

  private Optional<ServedZone.Held> held(String zone) {
    return zones
        .find(zone)
        .filter(ServedZone.Held.class::isInstance)
        .map(ServedZone.Held.class::cast);
  }

  @Override
  public boolean isBusy(String zone) {
    return held(zone)
        .map(held -> held.replica().status().counts())
        .map((Counts counts) -> counts.pending() > 0 || counts.unsettled() > 0)
        .orElse(true);
  }

  @Override
  public @Nullable FileId page(String zone, @Nullable FileId after)
      throws IOException, InterruptedException {
    ServedZone.Held held =
        held(zone).orElseThrow(() -> new IOException("zone " + zone + " is not here any more"));
    Verification verification = new Verification(peers, held, events, names, after);
    verification.page();
    return verification.next();
  }
}
