// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import org.grapevinefs.replication.core.Codec;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.InlineContent;
import org.grapevinefs.replication.peer.proto.PullPart;
import org.grapevinefs.replication.peer.proto.PulledRecord;
import org.grapevinefs.replication.zone.ZoneRecord;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.jspecify.annotations.Nullable;

/** A replica's answer to a pull, in parts of a quarter MiB or a little more. */
final class PullStream implements StreamPump.Source {
  /**
   * Bytes of small contents that ride along in one answer, the newest: so that what was just
   * written is there with its record, while the others, be they many, are fetched beside.
   */
  static final long INLINE_BYTES = 16L << 20;

  private final ZoneReplica.Answer answer;
  private boolean headed;
  private boolean ended;

  private PullStream(ZoneReplica.Answer answer) {
    this.answer = answer;
  }

  static PullStream open(ZoneReplica replica, Knowledge asker, boolean full) throws IOException {
    return new PullStream(replica.answer(asker, full, INLINE_BYTES));
  }

  /** What the replica knows that answers. */
  Knowledge knowledge() {
    return answer.header().knowledge();
  }

  @Override
  public Answer.@Nullable Builder next() throws IOException {
    if (ended) {
      return null;
    }
    PullPart.Builder part = PullPart.newBuilder();
    if (!headed) {
      headed = true;
      part.setHeader(Codec.header(answer.header()).toByteString());
    }
    int bytes = 0;
    while (bytes < PeerLimits.CHUNK) {
      ZoneRecord record = answer.next();
      if (record == null) {
        ended = true;
        break;
      }
      PulledRecord wire = encode(record);
      bytes += wire.getSerializedSize();
      part.addRecords(wire);
    }
    return Answer.newBuilder().setPull(part);
  }

  private static PulledRecord encode(ZoneRecord record) {
    PulledRecord.Builder wire =
        PulledRecord.newBuilder().setInode(Codec.inode(record.inode()).toByteString());
    for (ZoneRecord.Inline inline : record.inline()) {
      ByteString data = UnsafeByteOperations.unsafeWrap(inline.bytes().toArray());
      wire.addInline(
          InlineContent.newBuilder()
              .setOrigin(inline.content().origin().value())
              .setSeq(inline.content().seq())
              .setData(data)
              .setCrc32C(Checksums.crc32c(data)));
    }
    return wire.build();
  }

  @Override
  public void close() {
    answer.close();
  }
}
