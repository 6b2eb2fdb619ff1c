// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A content being built beside the tree. Several threads may put stretches at once. Closing it
 * before {@link #finish} keeps what came for the next attempt at the same value.
 */
public interface ContentSink extends Closeable {

  /**
   * What is still to come, each at most {@link ZoneReplica#MAX_STRETCH} long and written by one
   * change.
   */
  List<ZoneReplica.Stretch> missing();

  /** Takes the bytes of one of the missing stretches; the caller has checked their checksum. */
  void put(ZoneReplica.Stretch stretch, ByteBuffer data) throws IOException;

  /** Checks the whole, brings it to disk and lets it show. */
  Outcome finish() throws IOException;

  /** How a content ended. */
  enum Outcome {
    /** It is here, and shows. */
    HELD,
    /** Something newer came meanwhile. */
    OUTDATED,
    /** Stretches are missing yet. */
    INCOMPLETE,
    /** Its hash is another: thrown away, to be fetched anew from someone else. */
    WRONG_BYTES
  }
}
