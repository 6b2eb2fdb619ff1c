// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.xdr;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** A cursor over the XDR items of one message. Not thread-safe. */
public final class XdrReader {

  private final ByteBuffer buffer;

  /** Reads from the buffer's position to its limit; the buffer must not change meanwhile. */
  public XdrReader(ByteBuffer buffer) {
    this.buffer = buffer.slice().order(ByteOrder.BIG_ENDIAN);
  }

  private void need(int bytes) throws BadXdrException {
    if (buffer.remaining() < bytes) {
      throw new BadXdrException("the message ends early");
    }
  }

  /** A cursor at the same place that moves by itself. */
  public XdrReader copy() {
    return new XdrReader(buffer);
  }

  /** A checksum of the bytes not yet read, which are read by it. */
  public long sum() {
    CRC32C crc = new CRC32C();
    int length = buffer.remaining();
    crc.update(buffer);
    return crc.getValue() << 32 | length;
  }

  /** Bytes not yet read. */
  public int remaining() {
    return buffer.remaining();
  }

  /** Bytes read so far. */
  public int position() {
    return buffer.position();
  }

  /** A 32-bit item, signed or not. */
  public int int32() throws BadXdrException {
    need(4);
    return buffer.getInt();
  }

  /** A 64-bit item, signed or not. */
  public long int64() throws BadXdrException {
    need(8);
    return buffer.getLong();
  }

  /** A truth value: 0 or 1. */
  public boolean bool() throws BadXdrException {
    int value = int32();
    if (value != 0 && value != 1) {
      throw new BadXdrException("neither true nor false");
    }
    return value == 1;
  }

  /** The length of a list or an opaque, which may be at most {@code most}. */
  public int length(int most) throws BadXdrException {
    int length = int32();
    if (length < 0 || length > most) {
      throw new BadXdrException("longer than allowed");
    }
    return length;
  }

  /** Opaque bytes of a length that comes first, copied. */
  public byte[] opaque(int most) throws BadXdrException {
    return fixed(length(most));
  }

  /** Opaque bytes of a known length, copied. */
  public byte[] fixed(int length) throws BadXdrException {
    int padded = padded(length);
    need(padded);
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    buffer.position(buffer.position() + padded - length);
    return bytes;
  }

  /** Opaque bytes of a length that comes first, not copied: a view of the message. */
  public ByteBuffer view(int most) throws BadXdrException {
    int length = length(most);
    int padded = padded(length);
    need(padded);
    ByteBuffer view = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + padded);
    return view;
  }

  private static int padded(int length) throws BadXdrException {
    if (length < 0 || length > Integer.MAX_VALUE - 3) {
      throw new BadXdrException("longer than any message");
    }
    return (length + 3) & ~3;
  }
}
