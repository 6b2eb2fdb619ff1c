// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The admin port: gRPC for the command line, and {@code /health} and {@code /metrics} over HTTP, on
 * one TCP port.
 *
 * <p>A connection's first bytes tell which it is: HTTP/2 with prior knowledge begins with {@code
 * PRI}, and is handed through to a gRPC server that listens inside this process only; anything else
 * is HTTP/1.1 and answered here. See {@code docs/decisions/}.
 */
public final class AdminServer implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 1 << 20;
  private static final long STOP_SECONDS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** So many connections at once; a node has few administrators, and needs its descriptors. */
  static final int MOST_CONNECTIONS = 256;

  private final EventLoopGroup sockets;
  private final EventLoopGroup inside;
  private final ExecutorService workers;
  private final Server grpc;
  private final Channel listener;

  private AdminServer(
      EventLoopGroup sockets,
      EventLoopGroup inside,
      ExecutorService workers,
      Server grpc,
      Channel listener) {
    this.sockets = sockets;
    this.inside = inside;
    this.workers = workers;
    this.grpc = grpc;
    this.listener = listener;
  }

  /** Starts to listen; an {@link IOException} says why it cannot. */
  public static AdminServer start(InetSocketAddress address, Administered node, InstantSource clock)
      throws IOException {
    return start(address, node, clock, PATIENCE);
  }

  static AdminServer start(
      InetSocketAddress address, Administered node, InstantSource clock, Duration patience)
      throws IOException {
    EventLoopGroup sockets = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    EventLoopGroup inside = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    ExecutorService workers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());
    LocalAddress door = new LocalAddress("grapevine-admin-" + UUID.randomUUID());
    Server grpc =
        NettyServerBuilder.forAddress(door)
            .channelType(LocalServerChannel.class)
            .bossEventLoopGroup(inside)
            .workerEventLoopGroup(inside)
            .executor(workers)
            // A channel inside the process knows no keep-alive, and would warn at each connection.
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .addService(new AdminService(node))
            .addService(new VolumeService(node, clock))
            .build()
            .start();
    AtomicInteger open = new AtomicInteger();
    var bound =
        new ServerBootstrap()
            .group(sockets)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    admit(channel, open, new FirstBytes(door, inside, node, workers, patience));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    AdminServer server = new AdminServer(sockets, inside, workers, grpc, bound.channel());
    if (!bound.isSuccess()) {
      server.close();
      throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
    }
    return server;
  }

  private static void admit(SocketChannel channel, AtomicInteger open, FirstBytes first) {
    boolean tooMany = open.incrementAndGet() > MOST_CONNECTIONS;
    channel.closeFuture().addListener(_ -> open.decrementAndGet());
    if (tooMany) {
      var _ = channel.close();
    } else {
      channel.pipeline().addLast(first);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    // Those who follow events hear of the end while there are still sockets to tell them by.
    grpc.shutdownNow();
    try {
      grpc.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workers.shutdownNow();
    sockets.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    inside.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
