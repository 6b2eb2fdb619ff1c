// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/** What a seek looks for. */
public enum SeekKind {
  DATA,
  HOLE
}
