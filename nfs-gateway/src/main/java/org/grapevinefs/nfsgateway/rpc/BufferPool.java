// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Buffers outside of the heap for large messages, used again and again: the kernel reads and writes
 * them in place, and nothing is cleared before use. Thread-safe.
 *
 * <p>Who does not give a buffer back only makes the next one cost more.
 */
public final class BufferPool {

  /** The smallest message that gets one, in bytes. */
  public static final int LEAST = 32 * 1024;

  private static final int MIB = 1 << 20;
  private static final int IDLE_BYTES = 64 * MIB;

  private final int large;
  private final Deque<ByteBuffer> idleSmall = new ArrayDeque<>();
  private final Deque<ByteBuffer> idleLarge = new ArrayDeque<>();
  private final int small = MIB / 8;

  /** An empty pool of buffers of up to so many bytes. */
  public BufferPool(int largest) {
    large = largest;
  }

  /** A buffer with room for so many bytes, and its limit there; what it holds is old. */
  public ByteBuffer take(int size) {
    if (size < LEAST || size > large) {
      return ByteBuffer.allocate(size);
    }
    ByteBuffer found;
    synchronized (this) {
      found = (size <= small ? idleSmall : idleLarge).pollLast();
    }
    if (found == null) {
      try {
        found = ByteBuffer.allocateDirect(size <= small ? small : large);
      } catch (OutOfMemoryError e) {
        // The room outside of the heap has a bound of its own; the heap's is the next best.
        return ByteBuffer.allocate(size);
      }
    }
    return found.clear().limit(size);
  }

  /** Takes a buffer back that nobody reads or writes any more. */
  public synchronized void give(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      return;
    }
    if (buffer.capacity() == small && idleSmall.size() < IDLE_BYTES / 4 / small) {
      idleSmall.addLast(buffer);
    } else if (buffer.capacity() == large && idleLarge.size() < IDLE_BYTES / large) {
      idleLarge.addLast(buffer);
    }
  }
}
