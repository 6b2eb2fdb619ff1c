// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The bytes of a file, in blocks; a block that is not there is a hole. Not thread-safe. */
final class MemoryContent {

  static final int BLOCK = 64 * 1024;

  private final TreeMap<Long, byte[]> blocks = new TreeMap<>();
  private long size;

  long size() {
    return size;
  }

  long used() {
    return (long) blocks.size() * BLOCK;
  }

  byte[] read(long offset, int length) {
    int count = Math.clamp(size - offset, 0, length);
    byte[] bytes = new byte[count];
    int done = 0;
    while (done < count) {
      long at = offset + done;
      int inBlock = (int) (at % BLOCK);
      int step = Math.min(count - done, BLOCK - inBlock);
      byte[] block = blocks.get(at / BLOCK);
      if (block != null) {
        System.arraycopy(block, inBlock, bytes, done, step);
      }
      done += step;
    }
    return bytes;
  }

  void write(long offset, ByteBuffer data) {
    long at = offset;
    while (data.hasRemaining()) {
      int inBlock = (int) (at % BLOCK);
      int step = Math.min(data.remaining(), BLOCK - inBlock);
      data.get(blocks.computeIfAbsent(at / BLOCK, _ -> new byte[BLOCK]), inBlock, step);
      at += step;
    }
    size = Math.max(size, at);
  }

  void resize(long newSize) {
    if (newSize < size) {
      punch(newSize, size - newSize);
      blocks.tailMap((newSize + BLOCK - 1) / BLOCK, true).clear();
    }
    size = newSize;
  }

  void punch(long offset, long length) {
    long end = Math.min(offset + length, size);
    long at = offset;
    while (at < end) {
      int inBlock = (int) (at % BLOCK);
      long step = Math.min(end - at, BLOCK - inBlock);
      byte[] block = blocks.get(at / BLOCK);
      if (block != null) {
        boolean toEnd = at + step >= size;
        if (inBlock == 0 && (step == BLOCK || toEnd)) {
          blocks.remove(at / BLOCK);
        } else {
          Arrays.fill(block, inBlock, inBlock + (int) step, (byte) 0);
        }
      }
      Long next = block == null ? blocks.ceilingKey(at / BLOCK) : null;
      at = block == null && next == null ? end : at + step;
      if (next != null) {
        at = Math.max(at, next * BLOCK);
      }
    }
  }

  void reserve(long offset, long length) {
    long end = offset + length;
    for (long number = offset / BLOCK; number <= (end - 1) / BLOCK; number++) {
      blocks.computeIfAbsent(number, _ -> new byte[BLOCK]);
    }
    size = Math.max(size, offset + length);
  }

  /** The next data at or after an offset; -1 if there is none. */
  long nextData(long offset) {
    Map.Entry<Long, byte[]> block = blocks.ceilingEntry(offset / BLOCK);
    if (block == null) {
      return -1;
    }
    long at = Math.max(offset, block.getKey() * BLOCK);
    return at < size ? at : -1;
  }

  /** The next hole at or after an offset: at the latest the end. */
  long nextHole(long offset) {
    long number = offset / BLOCK;
    while (blocks.containsKey(number)) {
      number++;
    }
    return Math.min(size, Math.max(offset, number * BLOCK));
  }
}
