// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.FetchPart;
import org.grapevinefs.replication.peer.proto.FetchStretch;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.grapevinefs.replication.zone.ZoneReplica.Stretch;
import org.jspecify.annotations.Nullable;

/** Reads the stretches that a peer asks for, one after the other. */
final class FetchStream implements StreamPump.Source {
  private final ZoneReplica replica;
  private final Iterator<FetchStretch> left;
  private int index;

  FetchStream(ZoneReplica replica, List<FetchStretch> wanted) {
    this.replica = replica;
    this.left = wanted.iterator();
  }

  @Override
  public Answer.@Nullable Builder next() throws IOException {
    if (!left.hasNext()) {
      return null;
    }
    FetchStretch wanted = left.next();
    FetchPart.Builder part = FetchPart.newBuilder().setIndex(index++);
    int length = wanted.getLength();
    if (length < 1 || length > PeerLimits.MAX_DATA) {
      throw new IllegalArgumentException("a stretch of " + Integer.toUnsignedString(length));
    }
    ByteBuffer into = ByteBuffer.allocate(length);
    if (replica.read(ZoneWire.id(wanted.getFile()), stretch(wanted), into)) {
      into.flip();
      part.setCrc32C(Checksums.crc32c(into)).setData(UnsafeByteOperations.unsafeWrap(into));
    } else {
      part.setMovedOn(true);
    }
    return Answer.newBuilder().setFetch(part);
  }

  private static Stretch stretch(FetchStretch wire) {
    return new Stretch(
        new ByteRange(wire.getOffset(), wire.getLength()),
        new Dot(new Origin(wire.getOrigin()), wire.getSeq()));
  }

  @Override
  public void close() {}
}
