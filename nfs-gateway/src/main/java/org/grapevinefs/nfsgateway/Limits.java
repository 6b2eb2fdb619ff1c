// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

/**
 * The bounds of what clients can make the gateway hold.
 *
 * @param maxIo bytes of one READ or WRITE
 * @param maxMessage bytes of one message, either way
 * @param maxOperations operations in one compound
 * @param maxSlots slots of one session: messages that a client may have on the way
 * @param maxCachedReply bytes of a reply kept for a repeat
 * @param maxClients clients known at a time
 * @param maxSessionsPerClient sessions of one client
 * @param maxStatesPerClient opens and lock owners of one client
 * @param maxLocksPerFile byte ranges locked in one file
 * @param maxConnections connections at a time
 * @param workers threads that work on messages
 * @param maxQueued messages waiting for a thread; beyond it, reading from connections pauses
 */
public record Limits(
    int maxIo,
    int maxMessage,
    int maxOperations,
    int maxSlots,
    int maxCachedReply,
    int maxClients,
    int maxSessionsPerClient,
    int maxStatesPerClient,
    int maxLocksPerFile,
    int maxConnections,
    int workers,
    int maxQueued) {

  /** Bounds that suit a node with a few hundred clients. */
  public static final Limits DEFAULT =
      new Limits(1 << 20, (1 << 20) + 4096, 64, 64, 8192, 4096, 16, 65_536, 16_384, 2048, 32, 1024);

  /** Checks the bounds. */
  public Limits {
    if (maxIo < 4096 || maxMessage < maxIo + 1024 || workers < 1 || maxQueued < 1) {
      throw new IllegalArgumentException("limits too small to serve");
    }
  }
}
