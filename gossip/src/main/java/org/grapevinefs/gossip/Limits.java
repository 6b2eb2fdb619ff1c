// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/**
 * The largest sizes and counts of gossip. What goes over is dropped and counted, or stays out of
 * the packet.
 */
final class Limits {
  /** A datagram: fits every path's MTU, IPv6 and tunnels included. */
  static final int PACKET_BYTES = 1_200;

  /** A question filled up; the last bytes cannot always be filled exactly. */
  static final int QUESTION_BYTES = PACKET_BYTES - 4;

  /** Tags, lengths and the signature around a body. */
  static final int ENVELOPE_BYTES = 3 + 3 + 2 + NodePublicKey.SIGNATURE_BYTES;

  static final int ECHOES = 32;
  static final int ADDRESSES = 4;
  static final int ZONES = 32;

  /** Zones remembered of one peer; the one not heard of for longest goes first. */
  static final int ZONES_OF_A_PEER = 4_096;

  /** Zones that this node publishes. */
  static final int OWN_ZONES = 4_096;

  /** Nodes that wait for one probed peer's packet. */
  static final int WAITING_ASKERS = 16;

  /** Addresses that one packet to one silent peer goes to. */
  static final int ADDRESSES_PER_SEND = 4;

  private Limits() {}
}
