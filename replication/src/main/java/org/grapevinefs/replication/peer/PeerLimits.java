// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.time.Duration;

/**
 * The bounds of everything that peers may make this node hold, do or wait for.
 *
 * @param maxFrame largest frame, in bytes
 * @param maxHello largest frame before the hello is through, in bytes
 * @param maxCallsIn requests of one connection under way at once; one more closes it
 * @param maxCallsOut requests to one peer under way at once; one more fails
 * @param maxRequestBytes bytes of requests of one connection under way before its reading pauses
 * @param window bytes of one stream under way before its sender waits
 * @param handshake longest TLS handshake and hello
 * @param idle silence after which a ping is sent
 * @param dead silence after which a connection is given up
 * @param callTimeout longest wait for an answer
 * @param streamTimeout longest silence of a streamed answer that is wanted
 * @param workers threads that serve peers
 */
public record PeerLimits(
    int maxFrame,
    int maxHello,
    int maxCallsIn,
    int maxCallsOut,
    int maxRequestBytes,
    int window,
    Duration handshake,
    Duration idle,
    Duration dead,
    Duration callTimeout,
    Duration streamTimeout,
    int workers) {

  /** The most data in one frame, in bytes. */
  static final int MAX_DATA = 1 << 20;

  /** The data in one chunk of a stream, in bytes. */
  static final int CHUNK = 256 << 10;

  /** What a node uses. */
  public static final PeerLimits DEFAULT =
      new PeerLimits(
          MAX_DATA + (64 << 10),
          4 << 10,
          1024,
          1024,
          16 << 20,
          4 << 20,
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          16);
}
