// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Codec;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.core.PullHeader;
import org.grapevinefs.replication.core.PullResult;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.InlineContent;
import org.grapevinefs.replication.peer.proto.PullPart;
import org.grapevinefs.replication.peer.proto.PulledRecord;
import org.grapevinefs.replication.proto.InodeRecord;
import org.grapevinefs.replication.proto.PullHeaderRecord;
import org.grapevinefs.replication.zone.ZoneRecord;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.jspecify.annotations.Nullable;

/** One pull from one member: its records gathered, and merged as one step if all have come. */
final class PullSession implements StreamInbox.Consumer {

  /** Who hears how it went. */
  interface Listener {
    void pulled(NodeId from, PullHeader header, PullResult result);

    void failed(NodeId from, IOException reason);
  }

  private final ZoneReplica replica;
  private final NodeId from;
  private final Knowledge asked;
  private final Listener listener;
  private ZoneReplica.@Nullable Pull pull;
  private @Nullable PullHeader header;
  private long records;

  PullSession(ZoneReplica replica, NodeId from, Knowledge asked, Listener listener) {
    this.replica = replica;
    this.from = from;
    this.asked = asked;
    this.listener = listener;
  }

  @Override
  public void answer(Answer answer) throws IOException {
    PullPart part = answer.getPull();
    if (!part.getHeader().isEmpty()) {
      if (pull != null) {
        throw new IOException("two headers in one answer");
      }
      PullHeader first = Codec.header(PullHeaderRecord.parseFrom(part.getHeader()));
      header = first;
      pull = replica.begin(first, asked);
    }
    ZoneReplica.Pull into = pull;
    if (into == null) {
      if (part.getRecordsCount() > 0) {
        throw new IOException("records before the header");
      }
      return;
    }
    for (PulledRecord record : part.getRecordsList()) {
      into.add(decode(record));
      records++;
    }
  }

  private static ZoneRecord decode(PulledRecord record) throws IOException {
    List<ZoneRecord.Inline> inline = new ArrayList<>();
    for (InlineContent content : record.getInlineList()) {
      if (Checksums.crc32c(content.getData()) != content.getCrc32C()) {
        throw new IOException("a small content with a wrong checksum");
      }
      Dot dot = new Dot(new Origin(content.getOrigin()), content.getSeq());
      inline.add(new ZoneRecord.Inline(dot, Bytes.of(content.getData().toByteArray())));
    }
    return new ZoneRecord(Codec.inode(InodeRecord.parseFrom(record.getInode())), inline);
  }

  @Override
  public void end(@Nullable IOException reason) {
    PullHeader first = header;
    try (ZoneReplica.Pull whole = pull) {
      if (reason != null) {
        listener.failed(from, reason);
      } else if (whole == null || first == null) {
        listener.failed(from, new IOException("an answer without a header"));
      } else if (records != first.count()) {
        listener.failed(from, new IOException(records + " records came, not " + first.count()));
      } else {
        PullResult result = whole.commit();
        replica.memberKnows(from.toString(), first.knowledge());
        listener.pulled(from, first, result);
      }
    } catch (IOException e) {
      listener.failed(from, e);
    } catch (RuntimeException e) {
      listener.failed(from, new IOException("the merge failed", e));
    }
  }
}
