// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/** This node's own opinion of whether a peer is up. It never removes anyone. */
public enum PeerState {
  /** Heard lately. */
  ALIVE,
  /** Silent for a while; others have been asked. */
  SUSPECT,
  /** Nobody reached it, or it was never heard. */
  UNREACHABLE
}
