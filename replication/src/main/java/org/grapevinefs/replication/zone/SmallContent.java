// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.PendingContent;

/**
 * A small content being fetched whole: gathered in memory, and written once all of it is here. Most
 * files are small, and a file of their own while they come would cost them more than the bytes.
 */
final class SmallContent implements ContentSink {

  private final Transfers transfers;
  private final PendingContent content;
  private final byte[] bytes;
  private final List<ZoneReplica.Stretch> all;
  private final Set<ZoneReplica.Stretch> came = new HashSet<>();
  private boolean over;

  SmallContent(Transfers transfers, PendingContent content) {
    this.transfers = transfers;
    this.content = content;
    this.bytes = new byte[(int) content.wanted().size()];
    this.all = StagedContent.stretches(content);
  }

  /** Whether a content is small, none of it here and none of it a hole. */
  static boolean fits(PendingContent content) {
    Content.Regular wanted = content.wanted();
    return wanted.size() > 0
        && wanted.size() <= ZoneReplica.MAX_INLINE
        && wanted.ranges().ranges().stream().noneMatch(range -> range.dot() == null)
        && content.missing().stream().mapToLong(ByteRange::length).sum() == wanted.size();
  }

  @Override
  public synchronized List<ZoneReplica.Stretch> missing() {
    return all.stream().filter(stretch -> !came.contains(stretch)).toList();
  }

  @Override
  public synchronized void put(ZoneReplica.Stretch stretch, ByteBuffer data) throws IOException {
    if (data.remaining() != stretch.range().length()) {
      throw new IOException("a stretch of another length than asked for");
    }
    data.get(bytes, (int) stretch.range().offset(), data.remaining());
    came.add(stretch);
  }

  @Override
  public synchronized Outcome finish() throws IOException {
    if (over) {
      return Outcome.OUTDATED;
    }
    if (came.size() < all.size()) {
      return Outcome.INCOMPLETE;
    }
    over = true;
    return transfers.take(content, Bytes.of(bytes));
  }

  @Override
  public void close() {
    // What came of so little is not worth keeping.
  }
}
