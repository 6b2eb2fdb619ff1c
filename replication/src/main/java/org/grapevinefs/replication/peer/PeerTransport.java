// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.grapevinefs.gossip.MeshId;
import org.grapevinefs.gossip.NodeAddress;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.TlsIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of this node: listens, dials the peers it was told of, again and again, and keeps
 * them apart.
 */
// What a network or timer future could tell arrives as a closed channel, or in the task itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class PeerTransport implements PeerConnection.Owner, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerTransport.class);
  private static final long FIRST_RETRY_MILLIS = 50;
  private static final long LAST_RETRY_MILLIS = 10_000;

  /** The node with the larger id lets the other dial first. */
  private static final long POLITE_MILLIS = 150;

  private final NodeId self;
  private final ByteString mesh;
  private final TlsIdentity identity;
  private final PeerLimits limits;
  private final Function<NodeId, List<NodeAddress>> addresses;
  private final RequestHandler handler;
  private final EventLoopGroup loops;
  private final Map<NodeId, PeerLink> links = new ConcurrentHashMap<>();
  private final Set<NodeId> wanted = ConcurrentHashMap.newKeySet();
  private final Set<PeerConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong attempts;
  private final Refusals refusals = new Refusals();
  private volatile boolean closing;
  private @Nullable Channel listener;

  PeerTransport(
      NodeId self,
      MeshId mesh,
      TlsIdentity identity,
      PeerLimits limits,
      Function<NodeId, List<NodeAddress>> addresses,
      long startMillis,
      RequestHandler handler) {
    this.self = self;
    this.mesh = ByteString.copyFrom(mesh.toBytes());
    this.identity = identity;
    this.limits = limits;
    this.addresses = addresses;
    this.handler = handler;
    this.attempts = new AtomicLong(PeerLink.firstAttempt(startMillis));
    this.loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    loops.scheduleAtFixedRate(this::tick, 2, 2, TimeUnit.SECONDS);
  }

  /** Listens; returns the address it got. */
  InetSocketAddress listen(InetSocketAddress address) throws IOException {
    SslContext tls = identity.serverContext();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 256)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new HeapReceive())
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, watermark())
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    fill(channel, tls.newHandler(channel.alloc()), null, Lane.URGENT, 0);
                  }
                });
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on " + address, bound.cause());
    }
    listener = bound.channel();
    return (InetSocketAddress) bound.channel().localAddress();
  }

  private static WriteBufferWaterMark watermark() {
    return new WriteBufferWaterMark(PeerLimits.CHUNK, 4 * PeerLimits.CHUNK);
  }

  private void fill(
      SocketChannel channel, SslHandler tls, @Nullable NodeId expected, Lane lane, long attempt) {
    tls.setHandshakeTimeoutMillis(limits.handshake().toMillis());
    FrameCodec codec = new FrameCodec(limits.maxHello(), limits.maxFrame());
    PeerConnection connection = new PeerConnection(this, codec, expected, lane, attempt);
    connections.add(connection);
    channel
        .pipeline()
        .addLast(tls)
        .addLast(
            new IdleStateHandler(
                limits.dead().toMillis(), limits.idle().toMillis(), 0, TimeUnit.MILLISECONDS))
        .addLast(codec)
        .addLast(connection);
  }

  /** Sets whom to keep connected; others stay connected only as long as they wish. */
  void want(Set<NodeId> peers) {
    wanted.retainAll(peers);
    for (NodeId peer : peers) {
      if (!peer.equals(self) && wanted.add(peer)) {
        long delay = self.compareTo(peer) < 0 ? 0 : POLITE_MILLIS;
        loops.schedule(() -> dialBoth(peer), delay, TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Has a peer connected from now on. */
  void want(NodeId peer) {
    if (!peer.equals(self) && wanted.add(peer)) {
      dialBoth(peer);
    }
  }

  private void dialBoth(NodeId peer) {
    for (Lane lane : Lane.values()) {
      dial(peer, lane);
    }
  }

  private PeerLink link(NodeId peer) {
    return links.computeIfAbsent(peer, p -> new PeerLink(p, FIRST_RETRY_MILLIS, LAST_RETRY_MILLIS));
  }

  private void dial(NodeId peer, Lane lane) {
    if (closing || !wanted.contains(peer)) {
      return;
    }
    PeerLink link = link(peer);
    if (!link.startDial(lane)) {
      return;
    }
    List<NodeAddress> known = addresses.apply(peer);
    if (known.isEmpty()) {
      dialFailed(link, lane);
      return;
    }
    NodeAddress address = link.pick(known);
    SslContext tls;
    try {
      tls = identity.clientContext(Optional.of(peer));
    } catch (SSLException e) {
      LOG.error("no TLS for a call to {}", peer.shortForm(), e);
      dialFailed(link, lane);
      return;
    }
    long attempt = attempts.incrementAndGet();
    new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new HeapReceive())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limits.handshake().toMillis())
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, watermark())
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                fill(
                    channel,
                    tls.newHandler(channel.alloc(), address.host(), address.port()),
                    peer,
                    lane,
                    attempt);
              }
            })
        .connect(address.host(), address.port())
        .addListener(done -> {
          if (!done.isSuccess()) {
            LOG.debug("{} at {}: {}", peer.shortForm(), address, done.cause().getMessage());
            connections.removeIf(c -> c.dialled() != null && c.attempt() == attempt);
            dialFailed(link, lane);
          }
        });
  }

  private void dialFailed(PeerLink link, Lane lane) {
    long wait = link.dialFailed(lane);
    redial(link.peer(), lane, wait);
  }

  private void redial(NodeId peer, Lane lane, long wait) {
    if (!closing) {
      loops.schedule(() -> dial(peer, lane), wait, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    refusals.tick();
    connections.forEach(PeerConnection::recheck);
  }

  /** The connection to a peer, if it is up. */
  @Nullable PeerConnection connection(NodeId peer, Lane lane) {
    PeerLink link = links.get(peer);
    return link == null ? null : link.connection(lane);
  }

  /** The peers that are up on the urgent lane. */
  Set<NodeId> connected() {
    Set<NodeId> result = ConcurrentHashMap.newKeySet();
    links.forEach((peer, link) -> {
      if (link.connection(Lane.URGENT) != null) {
        result.add(peer);
      }
    });
    return result;
  }

  /** Connections refused: unknown keys, garbage, wrong meshes. */
  Refusals refusals() {
    return refusals;
  }

  /** Closes what there is with a peer, at once. */
  void disconnect(NodeId peer) {
    wanted.remove(peer);
    PeerLink link = links.get(peer);
    if (link != null) {
      link.all().forEach(connection -> connection.close("disconnected"));
    }
  }

  @Override
  public PeerLimits limits() {
    return limits;
  }

  @Override
  public NodeId self() {
    return self;
  }

  @Override
  public ByteString mesh() {
    return mesh;
  }

  @Override
  public NodeId nodeOf(Certificate certificate) throws SSLPeerUnverifiedException {
    return identity.peer(certificate);
  }

  @Override
  public RequestHandler handler() {
    return handler;
  }

  @Override
  public long nanoTime() {
    return Ticker.systemTicker().nanoTime();
  }

  @Override
  public void ready(PeerConnection connection) {
    if (closing) {
      connection.close("closing");
      return;
    }
    PeerConnection lost = link(connection.peer()).ready(connection);
    if (lost != null) {
      lost.retire();
    }
    if (lost != connection) {
      handler.connected(connection.peer(), connection.lane());
    }
  }

  @Override
  public void closed(PeerConnection connection, @Nullable Throwable reason) {
    connections.remove(connection);
    NodeId dialled = connection.dialled();
    if (!connection.greeted()) {
      refused(connection, reason);
      if (dialled != null) {
        dialFailed(link(dialled), connection.lane());
      }
      return;
    }
    NodeId peer = connection.peer();
    PeerLink link = link(peer);
    if (link.closed(connection)) {
      LOG.debug("{} lane of {} went: {}", connection.lane(), peer.shortForm(), reason);
      handler.disconnected(peer, connection.lane());
      redial(peer, connection.lane(), self.compareTo(peer) < 0 ? 0 : POLITE_MILLIS);
    }
  }

  private void refused(PeerConnection connection, @Nullable Throwable reason) {
    if (!closing && reason != null) {
      refusals.add(connection.remoteHost(), reason);
    }
  }

  @Override
  public void close() {
    closing = true;
    wanted.clear();
    Channel listening = listener;
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
    connections.forEach(connection -> connection.close("this node closes"));
    loops.shutdownGracefully(50, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5000);
  }
}
