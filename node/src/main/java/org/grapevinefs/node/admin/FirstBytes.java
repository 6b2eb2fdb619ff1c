// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The choice at the admin port: gRPC begins with {@code PRI}, all else is HTTP/1.1. */
final class FirstBytes extends ByteToMessageDecoder {
  private static final byte[] PREFACE = "PRI".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_HTTP_BYTES = 8 << 10;

  private final LocalAddress door;
  private final EventLoopGroup inside;
  private final Administered node;
  private final Executor workers;
  private final Duration patience;
  private boolean handedOn;
  private boolean grpc;

  /**
   * The choice for one connection.
   *
   * @param patience after so long one that is not gRPC is ended, whatever it waits for
   */
  FirstBytes(
      LocalAddress door,
      EventLoopGroup inside,
      Administered node,
      Executor workers,
      Duration patience) {
    this.door = door;
    this.inside = inside;
    this.node = node;
    this.workers = workers;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    Channel channel = context.channel();
    Runnable end =
        () -> {
          if (!grpc) {
            close(channel);
          }
        };
    var _ = context.executor().schedule(end, patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (handedOn || in.readableBytes() < PREFACE.length) {
      return;
    }
    handedOn = true;
    grpc = true;
    for (int i = 0; i < PREFACE.length; i++) {
      grpc &= in.getByte(in.readerIndex() + i) == PREFACE[i];
    }
    if (grpc) {
      handThrough(context);
    } else {
      context
          .pipeline()
          .addLast(new HttpServerCodec())
          .addLast(new HttpObjectAggregator(MAX_HTTP_BYTES))
          .addLast(new HttpAnswers(node, workers))
          .remove(this);
    }
  }

  /** What was read so far is held back until the gRPC server's door is open. */
  private void handThrough(ChannelHandlerContext context) {
    Channel outer = context.channel();
    outer.config().setAutoRead(false);
    var _ =
        new Bootstrap()
            .group(inside)
            .channel(LocalChannel.class)
            .handler(new Relay(outer))
            .connect(door)
            .addListener(
                (ChannelFutureListener)
                    done -> outer.eventLoop().execute(() -> join(context, done)));
  }

  private void join(ChannelHandlerContext context, ChannelFuture connected) {
    if (!connected.isSuccess() || !context.channel().isActive()) {
      close(connected.channel());
      close(context.channel());
      return;
    }
    context.pipeline().addLast(new Relay(connected.channel())).remove(this);
    context.channel().config().setAutoRead(true);
  }

  private static void close(Channel channel) {
    var _ = channel.close();
  }

  /** Bytes of one connection, written to the other; each reads only as fast as the other takes. */
  private static final class Relay extends ChannelInboundHandlerAdapter {
    private final Channel other;

    Relay(Channel other) {
      this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      other
          .writeAndFlush(message)
          .addListener(done -> {
            if (!done.isSuccess()) {
              close(context.channel());
            }
          });
      if (!other.isWritable()) {
        context.channel().config().setAutoRead(false);
        other.eventLoop().execute(() -> resume(context.channel()));
      }
    }

    private void resume(Channel reader) {
      if (other.isWritable() || !other.isActive()) {
        reader.config().setAutoRead(true);
      } else {
        var _ = other.eventLoop().schedule(() -> resume(reader), 1, TimeUnit.MILLISECONDS);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      close(other);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      close(context.channel());
    }
  }
}
