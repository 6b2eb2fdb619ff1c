// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.DigestOf;
import org.grapevinefs.replication.peer.proto.DigestPart;
import org.grapevinefs.replication.zone.HeldContents;
import org.grapevinefs.replication.zone.HeldContents.Digest;
import org.grapevinefs.replication.zone.HeldContents.Outcome;
import org.jspecify.annotations.Nullable;

/** Reads what a peer wants digests of, one after the other. */
final class DigestStream implements StreamPump.Source {

  /** The most digests that may be asked for at once. */
  static final int MOST = 1024;

  private static final int SHA256_BYTES = 32;

  private final HeldContents contents;
  private final Iterator<DigestOf> left;
  private int index;

  /**
   * Of what is held here.
   *
   * @throws IllegalArgumentException if it is too much, or no stretch of any file
   */
  DigestStream(HeldContents contents, List<DigestOf> wanted) {
    if (wanted.size() > MOST) {
      throw new IllegalArgumentException("more than " + MOST + " digests at once");
    }
    wanted.forEach(Asked::of);
    this.contents = contents;
    this.left = wanted.iterator();
  }

  /** A stretch of a content. */
  record Asked(FileId shown, Dot content, ByteRange stretch) {

    static Asked of(DigestOf wire) {
      return new Asked(
          ZoneWire.id(wire.getFile()),
          new Dot(new Origin(wire.getOrigin()), wire.getSeq()),
          new ByteRange(wire.getOffset(), wire.getLength()));
    }

    DigestOf wire() {
      return DigestOf.newBuilder()
          .setFile(ZoneWire.id(shown))
          .setOrigin(content.origin().value())
          .setSeq(content.seq())
          .setOffset(stretch.offset())
          .setLength(stretch.length())
          .build();
    }
  }

  @Override
  public Answer.@Nullable Builder next() throws IOException {
    if (!left.hasNext()) {
      return null;
    }
    Asked asked = Asked.of(left.next());
    Digest digest = contents.digest(asked.shown(), asked.content(), asked.stretch());
    return Answer.newBuilder()
        .setDigest(
            DigestPart.newBuilder()
                .setIndex(index++)
                .setOutcome(outcome(digest.outcome()))
                .setSha256(ByteString.copyFrom(digest.sha256().toArray())));
  }

  private static DigestPart.Outcome outcome(Outcome outcome) {
    return switch (outcome) {
      case READ -> DigestPart.Outcome.READ;
      case MOVED_ON -> DigestPart.Outcome.MOVED_ON;
      case EDITED -> DigestPart.Outcome.EDITED;
      case UNREADABLE -> DigestPart.Outcome.UNREADABLE;
    };
  }

  /** What a member told; what makes no sense counts as if it held something else. */
  static Digest digest(DigestPart part) {
    Outcome outcome =
        switch (part.getOutcome()) {
          case READ -> part.getSha256().size() == SHA256_BYTES ? Outcome.READ : Outcome.MOVED_ON;
          case EDITED -> Outcome.EDITED;
          case UNREADABLE -> Outcome.UNREADABLE;
          case MOVED_ON, UNKNOWN, UNRECOGNIZED -> Outcome.MOVED_ON;
        };
    return outcome == Outcome.READ
        ? new Digest(outcome, Bytes.of(part.getSha256().toByteArray()))
        : Digest.without(outcome);
  }

  @Override
  public void close() {}
}
