// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Failure;

/** A request to a peer that got no answer, or a refusal. */
final class PeerException extends IOException {

  /** What became of the request. */
  enum Kind {
    /** It was never sent: trying elsewhere cannot do it twice. */
    NOT_SENT,
    /** It was sent, and the connection went or the wait ended: it may have been done. */
    UNKNOWN,
    /** The peer said no. */
    REFUSED
  }

  private final Kind kind;
  private final Failure failure;
  private final transient Knowledge known;

  PeerException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.failure = Failure.getDefaultInstance();
    this.known = Knowledge.NONE;
  }

  /** The refusal that an answer is. */
  PeerException(Answer answer) {
    super(answer.getFailure().getCode() + ": " + answer.getFailure().getMessage());
    this.kind = Kind.REFUSED;
    this.failure = answer.getFailure();
    this.known = ZoneWire.known(answer.getKnownList());
  }

  Kind kind() {
    return kind;
  }

  Failure failure() {
    return failure;
  }

  /** What the one who refused knew. */
  Knowledge known() {
    return known;
  }

  /** Trouble between two nodes is no accident of this code: no stack trace. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
