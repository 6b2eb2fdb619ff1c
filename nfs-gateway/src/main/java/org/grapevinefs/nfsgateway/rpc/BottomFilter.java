// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.filterchain.TransportFilter;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * The lowest filter. The rest of a large message that has begun is read to where it stays; all else
 * as Grizzly does it, by way of two copies.
 */
final class BottomFilter extends TransportFilter {

  @Override
  public NextAction handleRead(FilterChainContext context) throws IOException {
    Peer peer = Peer.of(context.getConnection());
    ByteBuffer large = peer == null || peer.secure ? null : peer.large;
    if (large == null
        || !large.hasRemaining()
        || !(context.getConnection() instanceof NIOConnection connection)
        || !(connection.getChannel() instanceof SocketChannel channel)) {
      return super.handleRead(context);
    }
    int count;
    int all = 0;
    do {
      count = channel.read(large);
      all += count;
    } while (count > 0 && large.hasRemaining());
    if (count < 0) {
      connection.terminateSilently();
      throw new EOFException();
    }
    if (all == 0) {
      return context.getStopAction();
    }
    context.setMessage(Buffers.EMPTY_BUFFER);
    return context.getInvokeAction();
  }
}
