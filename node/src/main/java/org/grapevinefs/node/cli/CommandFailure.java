// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

/** The end of a command that could not do what was asked; the message says how to mend it. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  CommandFailure(String message) {
    super(message, null, false, false);
  }
}
