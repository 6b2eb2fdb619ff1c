// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import org.grapevinefs.replication.peer.proto.Answer;

/**
 * Where the answers to one request go. Called on network threads, in order: hand on and return at
 * once.
 */
interface AnswerSink {

  /**
   * One answer; of a stream, its size is to be given back with {@link StreamHandle#credit} once
   * dealt with.
   */
  void answer(Answer answer);

  /** The request failed, or its stream broke; nothing comes after. */
  void failed(PeerException reason);
}
