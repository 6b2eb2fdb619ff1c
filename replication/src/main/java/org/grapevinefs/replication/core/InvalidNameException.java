// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/** Bytes that cannot be a name in a directory. */
public final class InvalidNameException extends IllegalArgumentException {

  /** Why they cannot. */
  public enum Reason {
    EMPTY,
    TOO_LONG,
    BAD_BYTE,
    DOTS
  }

  private final Reason reason;

  InvalidNameException(Reason reason) {
    super("not a name in a directory: " + reason);
    this.reason = reason;
  }

  /** Why the bytes are no name. */
  public Reason reason() {
    return reason;
  }
}
