// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.glassfish.grizzly.filterchain.FilterChainContext;

/** All that one address has on the way. Guarded by its own lock. */
final class Guest {

  final InetAddress address;

  /** Connections open. */
  int connections;

  /** Messages taken whose answers are not sent yet. */
  int calls;

  /** Bytes of them and of their answers. */
  long bytes;

  /** Answers handed over to be sent, and not sent yet. */
  int sending;

  /** Bytes of messages of which the end is not here yet. */
  long unfinished;

  /** Calls that wait until answers were read. */
  final Deque<Runnable> deferred = new ArrayDeque<>();

  /** A connection not read from until answers were sent. */
  record Paused(Peer peer, FilterChainContext context) {}

  final Deque<Paused> paused = new ArrayDeque<>();

  Guest(InetAddress address) {
    this.address = address;
  }
}
