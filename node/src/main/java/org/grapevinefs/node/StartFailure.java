// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

/** The reason why a node does not start, for the one who can mend it: one line, no stack trace. */
public final class StartFailure extends Exception {
  private static final long serialVersionUID = 1;

  /** A reason that says how to mend it. */
  public StartFailure(String message) {
    super(message, null, false, false);
  }
}
