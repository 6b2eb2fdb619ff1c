// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/** What a file is; given at its creation and never changed. */
public enum FileType {
  REGULAR,
  DIRECTORY,
  SYMLINK,
  BLOCK_DEVICE,
  CHARACTER_DEVICE,
  FIFO,
  SOCKET
}
