// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

/** Why a node does not do what an administrator asks; the message says how to mend it. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  /** The kinds of refusals that callers tell apart. */
  public enum Kind {
    /** What was asked makes no sense, whatever the state. */
    BAD_REQUEST,
    /** There is no such thing. */
    NOT_FOUND,
    /** It is there already. */
    ALREADY_THERE,
    /** It cannot be done as things are. */
    NOT_NOW,
    /** It failed, through no fault of the caller. */
    FAILED
  }

  private final Kind kind;

  /** A refusal for people to read. */
  public Refusal(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** What kind it is. */
  public Kind kind() {
    return kind;
  }
}
