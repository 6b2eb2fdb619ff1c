// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.peer.ContentPlanner.Assignment;
import org.grapevinefs.replication.peer.ContentPlanner.Wanted;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Fetch;
import org.grapevinefs.replication.peer.proto.FetchPart;
import org.grapevinefs.replication.peer.proto.FetchStretch;
import org.grapevinefs.replication.zone.ContentSink;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.grapevinefs.replication.zone.ZoneReplica.Stretch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request for contents at one member: stretches of one large file or of many small ones, put
 * into their sinks as they come. What is left of a large file is asked for in the next request;
 * what came is kept.
 */
final class FetchSession implements StreamInbox.Consumer {
  private static final Logger LOG = LoggerFactory.getLogger(FetchSession.class);
  private static final int MAX_STRETCHES = 1024;
  private static final long MAX_BYTES = 64L << 20;

  /** Who hears how it went. */
  interface Listener {
    /** The member does not have a content, or gave wrong bytes. */
    void refused(Assignment assignment, Wanted content);

    /** A content cannot be taken in just now, or is not wanted any more. */
    void postponed(Assignment assignment, Wanted content);

    void ended(Assignment assignment, @Nullable IOException reason);
  }

  /** One content on its way into its sink. */
  private static final class Building {
    final Wanted key;
    final FileTarget target;
    int left;
    boolean refused;

    Building(Wanted key, FileTarget target) {
      this.key = key;
      this.target = target;
    }
  }

  private record FileTarget(PendingContent content, ContentSink sink) {}

  private record Asked(Building building, Stretch stretch) {}

  private final ZoneReplica replica;
  private final Assignment assignment;
  private final Listener listener;
  private final List<Building> buildings = new ArrayList<>();
  private final List<Asked> asked = new ArrayList<>();
  private long bytes;
  private int next;

  FetchSession(ZoneReplica replica, Assignment assignment, Listener listener) {
    this.replica = replica;
    this.assignment = assignment;
    this.listener = listener;
  }

  /** Prepares the sinks and says what to ask for; nothing if all is here already. */
  Fetch.Builder prepare(List<PendingContent> contents, ByteString zone) throws IOException {
    Fetch.Builder fetch = Fetch.newBuilder().setZone(zone);
    for (PendingContent content : contents) {
      if (asked.size() >= MAX_STRETCHES || bytes >= MAX_BYTES) {
        break;
      }
      ContentSink sink = replica.stage(content);
      if (sink == null) {
        listener.postponed(assignment, new Wanted(content.source(), content.wanted().dot()));
      } else {
        add(content, sink, fetch);
      }
    }
    return fetch;
  }

  private void add(PendingContent content, ContentSink sink, Fetch.Builder fetch)
      throws IOException {
    Wanted key = new Wanted(content.source(), content.wanted().dot());
    Building building = new Building(key, new FileTarget(content, sink));
    buildings.add(building);
    for (Stretch stretch : sink.missing()) {
      if (asked.size() >= MAX_STRETCHES || bytes >= MAX_BYTES) {
        break;
      }
      asked.add(new Asked(building, stretch));
      building.left++;
      bytes += stretch.range().length();
      fetch.addStretches(
          FetchStretch.newBuilder()
              .setFile(ZoneWire.id(content.source()))
              .setOffset(stretch.range().offset())
              .setLength((int) stretch.range().length())
              .setOrigin(stretch.dot().origin().value())
              .setSeq(stretch.dot().seq()));
    }
    if (building.left == 0) {
      finish(building);
    }
  }

  @Override
  public void answer(Answer answer) throws IOException {
    if (!answer.hasFetch()) {
      return;
    }
    FetchPart part = answer.getFetch();
    if (part.getIndex() != next || next >= asked.size()) {
      throw new IOException("a stretch out of turn");
    }
    Asked one = asked.get(next++);
    Building building = one.building();
    building.left--;
    if (part.getMovedOn()) {
      refuse(building);
    } else if (part.getData().size() != one.stretch().range().length()
        || Checksums.crc32c(part.getData()) != part.getCrc32C()) {
      LOG.warn("wrong bytes from {}: not taken", assignment.member().shortForm());
      refuse(building);
    } else {
      building.target.sink().put(one.stretch(), part.getData().asReadOnlyByteBuffer());
    }
    if (building.left == 0) {
      finish(building);
    }
  }

  private void refuse(Building building) {
    if (!building.refused) {
      building.refused = true;
      listener.refused(assignment, building.key);
    }
  }

  private void finish(Building building) throws IOException {
    try (ContentSink sink = building.target.sink()) {
      if (!building.refused && sink.missing().isEmpty()) {
        ContentSink.Outcome outcome = sink.finish();
        if (outcome != ContentSink.Outcome.HELD) {
          LOG.debug("a content from {}: {}", assignment.member().shortForm(), outcome);
          refuse(building);
        }
      }
    } finally {
      buildings.remove(building);
    }
  }

  @Override
  public void end(@Nullable IOException reason) {
    for (Building building : List.copyOf(buildings)) {
      ZoneServer.closeQuietly(building.target.sink());
    }
    listener.ended(assignment, reason);
  }
}
