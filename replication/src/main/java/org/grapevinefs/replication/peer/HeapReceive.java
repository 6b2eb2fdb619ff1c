// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * Has what comes from a socket land on the heap, from where TLS decrypts a record in one call.
 *
 * <p>Of a buffer outside of the heap {@code javax.crypto.CipherSpi} makes pieces of 4 KiB, each
 * copied to an array; a cipher that must not give out what is not authenticated yet then gathers,
 * copies and wipes them again. That cost more than four times as much as the decryption.
 */
final class HeapReceive implements RecvByteBufAllocator {

  private final RecvByteBufAllocator sizes = new AdaptiveRecvByteBufAllocator();

  @Override
  @SuppressWarnings("deprecation") // nothing else is offered
  public Handle newHandle() {
    return new DelegatingHandle(sizes.newHandle()) {
      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return allocator.heapBuffer(guess());
      }
    };
  }
}
