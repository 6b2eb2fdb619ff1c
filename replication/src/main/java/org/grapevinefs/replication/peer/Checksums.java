// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C of chunks, from disk to disk: TLS guards only the wire. */
final class Checksums {

  private Checksums() {}

  static int crc32c(ByteBuffer data) {
    CRC32C crc = new CRC32C();
    crc.update(data.duplicate());
    return (int) crc.getValue();
  }

  static int crc32c(ByteString data) {
    return crc32c(data.asReadOnlyByteBuffer());
  }
}
