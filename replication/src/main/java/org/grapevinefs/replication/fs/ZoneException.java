// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/**
 * A call on a zone that failed, with its reason. Carries no stack trace: it is an answer, not an
 * accident.
 */
public final class ZoneException extends Exception {

  private final ZoneError error;

  /** A failure that needs no more words. */
  public ZoneException(ZoneError error) {
    this(error, error.name());
  }

  /** A failure with words for the log. */
  public ZoneException(ZoneError error, String message) {
    super(message, null, false, false);
    this.error = error;
  }

  /** The reason. */
  public ZoneError error() {
    return error;
  }
}
