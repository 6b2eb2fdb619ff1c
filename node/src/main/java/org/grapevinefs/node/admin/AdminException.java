// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

/** A node's refusal or silence; the message is for people and says how to mend it. */
public final class AdminException extends Exception {
  private static final long serialVersionUID = 1;

  AdminException(String message, Throwable cause) {
    super(message, cause);
  }
}
