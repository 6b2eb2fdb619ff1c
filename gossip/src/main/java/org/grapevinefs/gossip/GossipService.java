// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gossip on a real network: {@link GossipCore} with a UDP socket, a clock and listeners.
 *
 * <p>Safe for any thread; no call waits for the network or for a listener. One lock guards the
 * core, held for microseconds. Packets are taken and time is told on one thread.
 */
public final class GossipService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GossipService.class);
  private static final int RECEIVE_BYTES = 2_048;
  private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(1 << 19, 1 << 20);
  private static final long LOOK_AROUND_SECONDS = 30;

  private final GossipConfig config;
  private final GossipCore core;
  private final Object lock = new Object();
  private final NewsDesk news = new NewsDesk();
  private final AddressBook addresses = new AddressBook();
  private final AtomicLong sendFailures = new AtomicLong();
  private final AtomicInteger lookUpsWanted = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final EventLoopGroup group;
  private final Channel channel;
  private volatile Roster roster;
  private volatile LocalNetworks networks;
  private @Nullable ScheduledFuture<?> nextTick;
  private @Nullable ScheduledFuture<?> looking;

  private GossipService(GossipConfig config, long epoch) throws IOException {
    this.config = config;
    this.roster = config.roster();
    this.core =
        new GossipCore(
            config.settings(),
            config.key(),
            config.roster(),
            epoch,
            config.random(),
            config.wall());
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("gossip", true), NioIoHandler.newFactory());
    try {
      this.channel = bind(config.listen());
      this.networks = LocalNetworks.of(listening());
    } catch (IOException e) {
      close(group);
      news.close();
      throw e;
    }
  }

  /**
   * A running service.
   *
   * @throws IOException if the address cannot be listened on, or the boot epoch cannot be kept
   */
  public static GossipService start(GossipConfig config) throws IOException {
    GossipService service = new GossipService(config, BootEpoch.next(config.data(), config.wall()));
    service.begin();
    return service;
  }

  private void begin() {
    lookAround();
    channel.eventLoop().execute(this::tick);
    looking =
        channel
            .eventLoop()
            .scheduleAtFixedRate(
                this::lookAround, LOOK_AROUND_SECONDS, LOOK_AROUND_SECONDS, TimeUnit.SECONDS);
  }

  /** The id of this node. */
  public NodeId self() {
    return config.key().id();
  }

  /** The address that is listened on, with the real port. */
  public InetSocketAddress listening() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** The list of members in force. */
  public Roster roster() {
    return roster;
  }

  /** Takes another list of members: a node no longer in it is not listened to from here on. */
  public void setRoster(Roster fresh) {
    roster = fresh;
    change(() -> core.setRoster(fresh));
    lookAround();
  }

  /** Tells of an own zone; its members hear within milliseconds, others by and by. */
  public void publish(ZoneStatus status) {
    change(() -> {
      core.publish(status, now());
      return List.of();
    });
  }

  /** Speaks of that zone no more. */
  public void withdraw(ZoneId zone) {
    change(() -> {
      core.withdraw(zone);
      return List.of();
    });
  }

  /** Says who hears of changes to a zone at once; until then, those who speak of it do. */
  public void setMembers(ZoneId zone, Set<NodeId> members) {
    change(() -> {
      core.setMembers(zone, members);
      return List.of();
    });
  }

  /** Sets what packets say of this node's condition. */
  public void setHealth(Health health) {
    change(() -> {
      core.setHealth(health);
      return List.of();
    });
  }

  /** All other members as they seem now, by id. */
  public List<PeerView> peers() {
    synchronized (lock) {
      return core.peers();
    }
  }

  /** The given nodes, nearest first, those unreachable last; see {@link GossipCore#nearest}. */
  public List<NodeId> nearest(Collection<NodeId> candidates) {
    synchronized (lock) {
      return core.nearest(candidates);
    }
  }

  /** Adds a listener, which hears what comes from here on. */
  public void listen(GossipListener listener) {
    news.listen(listener);
  }

  /**
   * A fresh signed packet to send over a connection with another node, so that gossip works where
   * UDP does not.
   */
  public byte[] packetForStream() {
    synchronized (lock) {
      return core.packetForStream(now());
    }
  }

  /** Takes a packet that came over a connection. It is checked like any other. */
  public void receiveFromStream(byte[] packet) {
    change(() -> core.onStreamPacket(packet, now()));
  }

  /** What has been counted. */
  public GossipStats stats() {
    synchronized (lock) {
      return core.stats().withService(sendFailures.get(), news.lost());
    }
  }

  /** Stops speaking and listening. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      if (looking != null) {
        looking.cancel(false);
      }
      close(group);
      news.close();
    }
  }

  private static void close(EventLoopGroup group) {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  private Channel bind(InetSocketAddress listen) throws IOException {
    ChannelFuture bound =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .option(ChannelOption.SO_BROADCAST, true)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
            .handler(new Receiver())
            .bind(listen)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "gossip cannot listen on " + listen + " (UDP): " + bound.cause().getMessage(),
          bound.cause());
    }
    return bound.channel();
  }

  private long now() {
    return config.nanoTime().getAsLong();
  }

  private void change(Supplier<List<Effect>> change) {
    synchronized (lock) {
      perform(change.get());
    }
    if (closed.get()) {
      return;
    }
    try {
      channel.eventLoop().execute(this::schedule);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed in the meantime", e);
    }
  }

  private void tick() {
    synchronized (lock) {
      perform(core.onTick(now()));
    }
    schedule();
  }

  /** On the event loop only: a later call replaces an earlier one. */
  private void schedule() {
    if (closed.get()) {
      return;
    }
    if (nextTick != null) {
      nextTick.cancel(false);
    }
    long wait;
    synchronized (lock) {
      wait = core.nextTick() - now();
    }
    nextTick = channel.eventLoop().schedule(this::tick, Math.max(0, wait), TimeUnit.NANOSECONDS);
  }

  private void perform(List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send(byte[] packet, InetSocketAddress to) -> send(packet, to);
        case Effect.Broadcast(byte[] packet) -> broadcasts().forEach(net -> send(packet, net));
        case Effect.PeerChanged(PeerView peer) -> {
          LOG.info("peer {} ({}) is {}", peer.name(), peer.id().shortForm(), peer.state());
          news.tell(effect);
        }
        case Effect.PeerGone gone -> news.tell(gone);
        case Effect.ZoneHeard heard -> news.tell(heard);
        case Effect.MembershipDiffers differs -> news.tell(differs);
        case Effect.UnknownVersion(NodeId peer, int version) ->
            LOG.warn(
                "peer {} speaks protocol version {}, this node {}; upgrade the older one",
                peer.shortForm(),
                version,
                Elp.VERSION);
        case Effect.KeyInUseElsewhere(InetSocketAddress from) ->
            LOG.error(
                "another process at {} uses this node's key; was the data folder copied? Stop one"
                    + " of them and let it join with a new key",
                from);
      }
    }
    channel.flush();
  }

  /** Where broadcasts go right now; nowhere where nobody wants them. */
  List<InetSocketAddress> broadcasts() {
    return config.broadcast() ? networks.broadcasts() : List.of();
  }

  private void send(byte[] packet, InetSocketAddress to) {
    if (!channel.isWritable()) {
      sendFailures.incrementAndGet();
      return;
    }
    channel
        .write(new DatagramPacket(Unpooled.wrappedBuffer(packet), to))
        .addListener(done -> {
          if (!done.isSuccess()) {
            sendFailures.incrementAndGet();
          }
        });
  }

  /**
   * Interfaces come and go, names change their meaning: looks again, without holding anything up.
   */
  private void lookAround() {
    networks = LocalNetworks.of(listening());
    useAddresses();
    // Whoever finds no look-up under way starts one; others make it go round once more.
    if (lookUpsWanted.getAndIncrement() == 0) {
      Thread.ofVirtual().name("gossip-names").start(this::lookUpNames);
    }
  }

  private void lookUpNames() {
    int wanted;
    do {
      wanted = lookUpsWanted.get();
      List<NodeAddress> places = new ArrayList<>(config.seeds());
      roster.entries().forEach(entry -> places.addAll(entry.addresses()));
      addresses.refresh(places);
      useAddresses();
    } while (!lookUpsWanted.compareAndSet(wanted, 0));
  }

  private void useAddresses() {
    synchronized (lock) {
      core.setOwnNetwork(networks.subnets(), networks.addresses());
      core.setRoutes(addresses.routes(roster));
      core.setSeeds(addresses.lookUp(config.seeds()));
    }
  }

  private final class Receiver extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
      byte[] packet = new byte[datagram.content().readableBytes()];
      datagram.content().readBytes(packet);
      synchronized (lock) {
        perform(core.onPacket(packet, datagram.sender(), now()));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // ICMP errors of earlier sends surface here; the socket itself goes on.
      sendFailures.incrementAndGet();
      LOG.debug("gossip socket", cause);
    }
  }
}
