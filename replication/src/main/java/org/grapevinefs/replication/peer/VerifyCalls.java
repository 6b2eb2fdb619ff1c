// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.peer.DigestStream.Asked;
import org.grapevinefs.replication.peer.PeerException.Kind;
import org.grapevinefs.replication.peer.proto.Digests;
import org.grapevinefs.replication.peer.proto.Fetch;
import org.grapevinefs.replication.peer.proto.FetchPart;
import org.grapevinefs.replication.peer.proto.FetchStretch;
import org.grapevinefs.replication.peer.proto.Request;
import org.grapevinefs.replication.zone.HeldContents.Digest;
import org.grapevinefs.replication.zone.HeldContents.Held;
import org.grapevinefs.replication.zone.HeldContents.Mending;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.jspecify.annotations.Nullable;

/** What one who looks for rot asks of other members. */
final class VerifyCalls {
  private static final int MAX_STRETCHES = 1024;

  private final PeerTransport transport;
  private final Predicate<Runnable> workers;

  VerifyCalls(PeerTransport transport, Predicate<Runnable> workers) {
    this.transport = transport;
    this.workers = workers;
  }

  Collected ask(NodeId member, Request.Builder request, Collected.Each each) throws PeerException {
    PeerConnection connection = transport.connection(member, Lane.BULK);
    if (connection == null) {
      throw new PeerException(Kind.NOT_SENT, "not connected");
    }
    return Collected.start(connection, request, each, workers);
  }

  /** Digests on their way. */
  record Digesting(Collected stream, List<Digest> digests, int wanted) {

    List<Digest> await(Duration most) throws IOException, InterruptedException {
      stream.await(most);
      if (digests.size() != wanted) {
        throw new IOException("digests are missing");
      }
      return digests;
    }
  }

  /** Asks a member for digests; null if it is not connected. */
  @Nullable Digesting digests(ZoneId zone, NodeId member, List<Asked> asked) {
    Digests.Builder digests = Digests.newBuilder().setZone(ByteString.copyFrom(zone.toBytes()));
    asked.forEach(one -> digests.addOf(one.wire()));
    List<Digest> found = new ArrayList<>();
    try {
      Collected stream =
          ask(
              member,
              Request.newBuilder().setDigests(digests),
              answer -> {
                if (answer.hasDigest() && answer.getDigest().getIndex() == found.size()) {
                  found.add(DigestStream.digest(answer.getDigest()));
                }
              });
      return new Digesting(stream, found, asked.size());
    } catch (PeerException e) {
      return null;
    }
  }

  /** Puts a member's bytes of some stretches into a new file. */
  void fetch(ZoneId zone, NodeId member, Held held, List<ByteRange> stretches, Mending into)
      throws IOException, InterruptedException {
    List<FetchStretch> all = new ArrayList<>();
    for (ByteRange stretch : stretches) {
      byDot(held, stretch, all);
    }
    for (int from = 0; from < all.size(); from += MAX_STRETCHES) {
      List<FetchStretch> some = all.subList(from, Math.min(all.size(), from + MAX_STRETCHES));
      Fetch.Builder fetch =
          Fetch.newBuilder().setZone(ByteString.copyFrom(zone.toBytes())).addAllStretches(some);
      int[] next = {0};
      ask(
              member,
              Request.newBuilder().setFetch(fetch),
              answer -> {
                if (answer.hasFetch()) {
                  put(some, next[0]++, answer.getFetch(), into);
                }
              })
          .await(ZoneVerifier.patience((long) some.size() * ZoneReplica.MAX_STRETCH));
      if (next[0] != some.size()) {
        throw new IOException("bytes are missing");
      }
    }
  }

  private static void put(List<FetchStretch> asked, int index, FetchPart part, Mending into)
      throws IOException {
    boolean right =
        index < asked.size()
            && part.getIndex() == index
            && !part.getMovedOn()
            && part.getData().size() == asked.get(index).getLength()
            && Checksums.crc32c(part.getData()) == part.getCrc32C();
    if (!right) {
      throw new IOException("the member has other bytes by now, or they came wrong");
    }
    into.put(part.getData().asReadOnlyByteBuffer(), asked.get(index).getOffset());
  }

  /** Members serve what one change wrote: a stretch in pieces by the changes that wrote them. */
  private static void byDot(Held held, ByteRange stretch, List<FetchStretch> into) {
    Content.Regular content = held.content();
    for (RangeMap.Range range : content.ranges().ranges()) {
      long end = Math.min(range.end(), stretch.end());
      long at = Math.max(range.offset(), stretch.offset());
      while (range.dot() != null && at < end) {
        int length = (int) Math.min(end - at, ZoneReplica.MAX_STRETCH);
        into.add(
            FetchStretch.newBuilder()
                .setFile(ZoneWire.id(held.shown()))
                .setOffset(at)
                .setLength(length)
                .setOrigin(range.dot().origin().value())
                .setSeq(range.dot().seq())
                .build());
        at += length;
      }
    }
  }
}
