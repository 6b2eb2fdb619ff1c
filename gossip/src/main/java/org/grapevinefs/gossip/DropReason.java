// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/** Why a packet was dropped, in the order of the checks: cheap ones before the signature. */
public enum DropReason {
  /** More than 1,200 bytes. */
  OVERSIZE,
  /** Not an echolocation packet. */
  MALFORMED,
  /** Of another mesh. */
  WRONG_MESH,
  /** Our own, come back by broadcast or by a relay. */
  OWN,
  /** Of a node that is no member. */
  UNKNOWN_NODE,
  /** Not newer than the last one of its signer: a repeat, an overtaken one, or a replay. */
  REPLAY,
  /** Not signed by the node that it names. */
  BAD_SIGNATURE,
  /** Of a protocol version that this node does not know. */
  UNKNOWN_VERSION
}
