// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/** How safe written bytes are when a call returns (RFC 8881, section 18.32). */
public enum Stability {
  /** In the server's memory: a later commit makes them safe. */
  UNSTABLE,
  /** The bytes are on disk, and what is needed to read them back. */
  DATA_SYNC,
  /** Bytes and all attributes are on disk. */
  FILE_SYNC
}
