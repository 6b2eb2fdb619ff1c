// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.nio.ByteBuffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.jspecify.annotations.Nullable;

/** One connection, what it has on the way, and the way back over it. Guarded by its guest. */
final class Peer {

  private static final Attribute<Peer> OF =
      Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute("grapevine.nfs.peer");

  final Connection<?> connection;
  final Guest guest;
  final ConnectionChannel channel;

  /** Of {@link Guest#calls}, those of this connection. */
  int calls;

  /** Of {@link Guest#bytes}, those of this connection. */
  long bytes;

  /** Answers handed over to be sent, and not sent yet. */
  int sending;

  /** When an answer was sent last, or the first of those that wait was handed over. */
  long progress;

  /** Bytes of a message of which the end is not here yet. */
  int unfinished;

  /** A large message as far as it came; touched by the one thread alone that reads. */
  @Nullable ByteBuffer large;

  /** Since when, in milliseconds; only if {@link #awaited}. */
  long since;

  /** Whether more bytes should come soon: a message has begun, or none ever came. */
  boolean awaited = true;

  /** Whether all is encrypted. */
  volatile boolean secure;

  boolean closed;

  Peer(Connection<?> connection, Guest guest, long now) {
    this.connection = connection;
    this.guest = guest;
    this.channel = new ConnectionChannel(connection);
    this.since = now;
    OF.set(connection, this);
  }

  static @Nullable Peer of(Connection<?> connection) {
    return OF.get(connection);
  }
}
