// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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

  /** Bytes of all buffers, idle or not: peers' messages need room outside of the heap, too. */
  private static final int MOST_BYTES = 32 * MIB;

  private static final int SMALL = MIB / 8;
  private static final Cleaner CLEANER = Cleaner.create();

  private final int large;
  private final AtomicInteger made = new AtomicInteger();
  private final Deque<ByteBuffer> idleSmall = new ArrayDeque<>();
  private final Deque<ByteBuffer> idleLarge = new ArrayDeque<>();

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
      found = (size <= SMALL ? idleSmall : idleLarge).pollLast();
    }
    if (found == null) {
      found = make(size <= SMALL ? SMALL : large);
    }
    return found == null ? ByteBuffer.allocate(size) : found.clear().limit(size);
  }

  private @Nullable ByteBuffer make(int size) {
    if (made.addAndGet(size) > MOST_BYTES) {
      made.addAndGet(-size);
      return null;
    }
    ByteBuffer fresh = ByteBuffer.allocateDirect(size);
    AtomicInteger count = made;
    var _ = CLEANER.register(fresh, () -> count.addAndGet(-size));
    return fresh;
  }

  /** Takes a buffer back that nobody reads or writes any more. */
  public synchronized void give(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      return;
    }
    if (buffer.capacity() == SMALL) {
      idleSmall.addLast(buffer);
    } else if (buffer.capacity() == large) {
      idleLarge.addLast(buffer);
    }
  }
}
