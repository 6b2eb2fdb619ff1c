// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.peer.DigestStream.Asked;
import org.grapevinefs.replication.zone.HeldContents;
import org.grapevinefs.replication.zone.HeldContents.Digest;
import org.grapevinefs.replication.zone.HeldContents.Held;
import org.grapevinefs.replication.zone.HeldContents.Mending;
import org.grapevinefs.replication.zone.HeldContents.Outcome;

/**
 * The mending of one content with another member's bytes. Digests of ever smaller pieces show where
 * the two differ, so that a flipped bit in a large file moves one piece.
 */
final class Repair {
  private static final int PIECES = 64;
  private static final long SMALLEST = 256 << 10;

  private final ZoneId zone;
  private final HeldContents contents;
  private final VerifyCalls calls;
  private final Held held;
  private final NodeId member;

  Repair(ZoneId zone, HeldContents contents, VerifyCalls calls, Held held, NodeId member) {
    this.zone = zone;
    this.contents = contents;
    this.calls = calls;
    this.held = held;
    this.member = member;
  }

  /** Whether the content has the bytes of this digest now. */
  boolean run(Bytes right) throws IOException, InterruptedException {
    ByteRange all = new ByteRange(0, held.content().size());
    try (Mending mending = contents.mend(held.shown(), held.content().dot())) {
      if (mending == null) {
        return false;
      }
      List<ByteRange> stretches = mending.hasOldBytes() ? differing(List.of(all)) : List.of(all);
      calls.fetch(zone, member, held, stretches, mending);
      return mending.finish(right);
    }
  }

  private List<ByteRange> differing(List<ByteRange> suspects)
      throws IOException, InterruptedException {
    List<ByteRange> now = suspects;
    List<ByteRange> small = new ArrayList<>();
    while (!now.isEmpty()) {
      List<ByteRange> next = new ArrayList<>();
      for (ByteRange stretch : now) {
        if (stretch.length() <= SMALLEST) {
          small.add(stretch);
        } else {
          next.addAll(unlike(pieces(stretch)));
        }
      }
      now = next;
    }
    return small;
  }

  private static List<ByteRange> pieces(ByteRange stretch) {
    long length = Math.max(SMALLEST, Math.ceilDiv(stretch.length(), PIECES));
    List<ByteRange> pieces = new ArrayList<>();
    for (long at = stretch.offset(); at < stretch.end(); at += length) {
      pieces.add(ByteRange.between(at, Math.min(at + length, stretch.end())));
    }
    return pieces;
  }

  private List<ByteRange> unlike(List<ByteRange> pieces) throws IOException, InterruptedException {
    List<Asked> asked =
        pieces.stream().map(p -> new Asked(held.shown(), held.content().dot(), p)).toList();
    VerifyCalls.Digesting digesting = calls.digests(zone, member, asked);
    if (digesting == null) {
      throw new IOException("the member is not connected any more");
    }
    List<Digest> mine = new ArrayList<>();
    for (Asked one : asked) {
      mine.add(contents.digest(one.shown(), one.content(), one.stretch()));
    }
    long bytes = pieces.stream().mapToLong(ByteRange::length).sum();
    List<Digest> theirs = digesting.await(ZoneVerifier.patience(bytes));
    List<ByteRange> unlike = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      if (theirs.get(i).outcome() != Outcome.READ) {
        throw new IOException("the member has other bytes by now");
      }
      if (!mine.get(i).equals(theirs.get(i))) {
        unlike.add(pieces.get(i));
      }
    }
    return unlike;
  }
}
