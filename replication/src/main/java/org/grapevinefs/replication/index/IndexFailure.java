// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

/** An index that its disk no longer lets be read or written: the zone must stop writing. */
public final class IndexFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  IndexFailure(String message) {
    super(message);
  }

  IndexFailure(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
