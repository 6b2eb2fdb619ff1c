// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of a replica's {@link Table}s. Numbers are big-endian, so that bytes sort as they do.
 */
final class Keys {

  private Keys() {}

  static byte[] number(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  static long number(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).getLong(at);
  }

  static byte[] claims(FileId parent, EntryName name) {
    byte[] bytes = name.toBytes();
    return ByteBuffer.allocate(FileId.BYTES + bytes.length + 1)
        .put(parent.toBytes())
        .put(bytes)
        .array();
  }

  static byte[] claim(Link link, FileId id) {
    byte[] start = claims(link.parent(), link.name());
    byte[] key = Arrays.copyOf(start, start.length + FileId.BYTES);
    System.arraycopy(id.toBytes(), 0, key, start.length, FileId.BYTES);
    return key;
  }

  static FileId claimant(byte[] key) {
    return FileId.of(Arrays.copyOfRange(key, key.length - FileId.BYTES, key.length));
  }

  static EntryName claimedName(byte[] key) {
    return EntryName.of(Arrays.copyOfRange(key, FileId.BYTES, key.length - FileId.BYTES - 1));
  }

  static byte[] child(FileId directory, long cookie) {
    return ByteBuffer.allocate(FileId.BYTES + 8).put(directory.toBytes()).putLong(cookie).array();
  }

  static byte[] pair(FileId first, FileId second) {
    return ByteBuffer.allocate(2 * FileId.BYTES).put(first.toBytes()).put(second.toBytes()).array();
  }

  static byte[] dot(Dot dot) {
    return log(dot.origin(), dot.seq());
  }

  static byte[] log(Origin origin, long seq) {
    return ByteBuffer.allocate(16).putLong(origin.value()).putLong(seq).array();
  }

  static byte[] prefixed(char kind, byte[] rest) {
    byte[] key = new byte[rest.length + 1];
    key[0] = (byte) kind;
    System.arraycopy(rest, 0, key, 1, rest.length);
    return key;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
