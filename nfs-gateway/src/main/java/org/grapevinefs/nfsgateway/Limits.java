// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.time.Duration;

/**
 * The bounds of what clients can make the gateway hold. What goes over one is told by {@link
 * Refusals}.
 *
 * @param maxIo bytes of one READ or WRITE
 * @param maxMessage bytes of one message, either way
 * @param maxOperations operations in one compound
 * @param workers threads that work on messages
 * @param maxQueued messages waiting for a thread; beyond it, reading from connections pauses
 * @param traffic bounds of connections
 * @param state bounds of what clients hold
 */
public record Limits(
    int maxIo,
    int maxMessage,
    int maxOperations,
    int workers,
    int maxQueued,
    Traffic traffic,
    State state) {

  /**
   * Bounds of connections. An address is a client here: only it is known before anything was said.
   *
   * @param connections connections at a time
   * @param perAddress connections of one address
   * @param callsPerAddress messages of one address that are worked on or wait for it; beyond it,
   *     reading from its connections pauses
   * @param bytes all messages taken and all answers not yet sent; beyond it, only those who have
   *     nothing on the way get something done
   * @param bytesPerAddress the same of one address; beyond it, nothing more is done for it until it
   *     has read its answers
   * @param patience how long a message may take to come in, or a new connection stay silent
   * @param sendPatience how long a client may read none of its answers
   */
  public record Traffic(
      int connections,
      int perAddress,
      int callsPerAddress,
      long bytes,
      long bytesPerAddress,
      Duration patience,
      Duration sendPatience) {

    /** Checks the bounds. */
    public Traffic {
      if (connections < 1 || perAddress < 1 || callsPerAddress < 1 || bytesPerAddress < 1) {
        throw new IllegalArgumentException("limits too small to serve");
      }
    }
  }

  /**
   * Bounds of what clients hold.
   *
   * @param slots slots of one session: messages that a client may have on the way
   * @param cachedReply bytes of a reply kept for a repeat
   * @param cacheBytes bytes of all replies that sessions may have kept; past half of it new
   *     sessions get few slots, past all of it none is made
   * @param clients clients known at a time
   * @param clientsPerAddress clients of one address
   * @param sessionsPerClient sessions of one client
   * @param statesPerClient opens, lock owners and delegations of one client
   * @param states those of all clients
   * @param locksPerFile byte ranges locked in one file
   * @param locksPerClient byte ranges locked by one client
   */
  public record State(
      int slots,
      int cachedReply,
      long cacheBytes,
      int clients,
      int clientsPerAddress,
      int sessionsPerClient,
      int statesPerClient,
      int states,
      int locksPerFile,
      int locksPerClient) {

    /** Checks the bounds. */
    public State {
      if (slots < 1 || clients < 1 || sessionsPerClient < 1 || statesPerClient < 1) {
        throw new IllegalArgumentException("limits too small to serve");
      }
    }
  }

  private static final long MOST_BYTES = Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 4);

  /** Bounds that suit a node with a few hundred clients. */
  public static final Limits DEFAULT =
      new Limits(
          1 << 20,
          (1 << 20) + 4096,
          64,
          32,
          4096,
          new Traffic(
              2048,
              512,
              1024,
              MOST_BYTES,
              MOST_BYTES / 2,
              Duration.ofSeconds(30),
              Duration.ofMinutes(2)),
          new State(64, 8192, 256L << 20, 4096, 2048, 16, 65_536, 524_288, 16_384, 65_536));

  /** Checks the bounds. */
  public Limits {
    if (maxIo < 4096 || maxMessage < maxIo + 1024 || workers < 1 || maxQueued < 1) {
      throw new IllegalArgumentException("limits too small to serve");
    }
  }

  /** The same with other bounds of connections. */
  public Limits with(Traffic other) {
    return new Limits(maxIo, maxMessage, maxOperations, workers, maxQueued, other, state);
  }

  /** The same with other bounds of what clients hold. */
  public Limits with(State other) {
    return new Limits(maxIo, maxMessage, maxOperations, workers, maxQueued, traffic, other);
  }
}
