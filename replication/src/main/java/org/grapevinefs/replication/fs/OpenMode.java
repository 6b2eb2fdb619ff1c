// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/** What an open file is open for. */
public enum OpenMode {
  READ,
  WRITE,
  BOTH
}
