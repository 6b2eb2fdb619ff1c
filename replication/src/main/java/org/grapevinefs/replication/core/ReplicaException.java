// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/** A call on a replica that cannot be carried out, with its reason. Carries no stack trace. */
public final class ReplicaException extends RuntimeException {

  /** Why it cannot. */
  public enum Reason {
    /** No such name in the directory. */
    NO_ENTRY,
    /** No such file. */
    NO_FILE,
    /** The name is taken. */
    TAKEN,
    /** The directory is not empty. */
    NOT_EMPTY,
    /** A directory may not be moved below itself. */
    INTO_ITSELF,
    /** A directory is needed. */
    NOT_DIRECTORY,
    /** A directory cannot be used so. */
    IS_DIRECTORY,
    /** The wrong type of file. */
    WRONG_TYPE,
    /** A bound of {@link Limits} is reached. */
    LIMIT,
    /** A pulled answer that is not whole or not what was announced. */
    BAD_ANSWER,
    /** Stored or received bytes that cannot be understood. */
    MALFORMED,
    /** A large pull is being taken in: later. */
    BUSY
  }

  private final Reason reason;

  /** A refusal with words for the log. */
  public ReplicaException(Reason reason, String message) {
    super(reason + ": " + message, null, false, false);
    this.reason = reason;
  }

  /** The reason. */
  public Reason reason() {
    return reason;
  }
}
