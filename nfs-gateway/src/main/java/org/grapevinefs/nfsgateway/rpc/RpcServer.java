// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.dcache.oncrpc4j.grizzly.StartTlsFilter;
import org.dcache.oncrpc4j.rpc.OncRpcProgram;
import org.dcache.oncrpc4j.rpc.ReplyQueue;
import org.dcache.oncrpc4j.rpc.RpcAuth;
import org.dcache.oncrpc4j.rpc.RpcAuthTypeUnix;
import org.dcache.oncrpc4j.rpc.RpcCall;
import org.dcache.oncrpc4j.rpc.RpcDispatchable;
import org.dcache.oncrpc4j.rpc.RpcDispatcher;
import org.dcache.oncrpc4j.rpc.RpcProtocolFilter;
import org.dcache.oncrpc4j.rpc.RpcTransport;
import org.dcache.oncrpc4j.xdr.Xdr;
import org.dcache.oncrpc4j.xdr.XdrAble;
import org.dcache.oncrpc4j.xdr.XdrDecodingStream;
import org.dcache.oncrpc4j.xdr.XdrEncodingStream;
import org.dcache.oncrpc4j.xdr.XdrVoid;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.filterchain.TransportFilter;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.ssl.SSLFilter;
import org.glassfish.grizzly.strategies.SameThreadIOStrategy;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/**
 * One TCP port with RPC programs behind it.
 *
 * <p>oncrpc4j's filters do the RPC half; they are chained here by hand, not by its service builder,
 * so that our {@link RecordFilter} can stand before them and connections can be counted. Selector
 * threads only cut messages; a bounded pool of platform threads answers them. When the pool's queue
 * is full the selector does the work itself, which stops it from reading more.
 */
public final class RpcServer implements AutoCloseable {

  private static final int SELECTORS = 2;
  private static final int READ_BUFFER = 256 * 1024;

  /** The two ends of a connection. */
  private record Ends(Object here, Object there) {
    static Ends of(Connection<?> connection) {
      return new Ends(connection.getLocalAddress(), connection.getPeerAddress());
    }
  }

  /** Stands where a connection was lost while its call waited. */
  private static final BackChannel GONE =
      new BackChannel() {
        @Override
        public boolean isOpen() {
          return false;
        }

        @Override
        public CompletableFuture<XdrReader> call(
            int program, int version, int procedure, Auth auth, XdrWriter in, Duration patience) {
          return CompletableFuture.failedFuture(new IOException("the connection is gone"));
        }
      };

  private final TCPNIOTransport transport;
  private final Map<Ends, ConnectionChannel> channels = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor workers;
  private final AtomicInteger connections = new AtomicInteger();
  private final InetSocketAddress listen;
  private @Nullable Connection<?> bound;

  /**
   * A server that does not listen yet.
   *
   * @param tls for clients that ask for RPC with TLS (RFC 9289); null: none may
   */
  public RpcServer(
      InetSocketAddress listen,
      List<RpcHandler> handlers,
      Limits limits,
      @Nullable SSLContext tls) {
    this.listen = listen;
    this.workers = pool(limits);
    ThreadPoolConfig selectors =
        ThreadPoolConfig.defaultConfig()
            .setPoolName("nfs-selector")
            .setCorePoolSize(SELECTORS)
            .setMaxPoolSize(SELECTORS)
            .setDaemon(true);
    this.transport =
        TCPNIOTransportBuilder.newInstance()
            .setReuseAddress(true)
            .setIOStrategy(SameThreadIOStrategy.getInstance())
            .setSelectorThreadPoolConfig(selectors)
            .setSelectorRunnersCount(SELECTORS)
            .setTcpNoDelay(true)
            .setReadBufferSize(READ_BUFFER)
            .build();
    FilterChainBuilder chain = FilterChainBuilder.stateless().add(new TransportFilter());
    chain.add(new ConnectionBound(limits.maxConnections()));
    if (tls != null) {
      SSLEngineConfigurator server = new SSLEngineConfigurator(tls, false, false, true);
      chain.add(new StartTlsFilter(new SSLFilter(server, null), false));
    }
    chain.add(new RecordFilter(limits.maxMessage(), this::replied));
    chain.add(new RpcProtocolFilter(new ReplyQueue()));
    chain.add(new RpcDispatcher(workers, programs(handlers), false, call -> {}));
    transport.setProcessor(chain.build());
  }

  private static ThreadPoolExecutor pool(Limits limits) {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        limits.workers(),
        limits.workers(),
        60,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(limits.maxQueued()),
        task ->
            Thread.ofPlatform().daemon().name("nfs-" + number.incrementAndGet()).unstarted(task),
        new ThreadPoolExecutor.CallerRunsPolicy());
  }

  private Map<OncRpcProgram, RpcDispatchable> programs(List<RpcHandler> handlers) {
    Map<OncRpcProgram, RpcDispatchable> programs = new HashMap<>();
    for (RpcHandler handler : handlers) {
      programs.put(
          new OncRpcProgram(handler.program(), handler.version()), call -> answer(handler, call));
    }
    return programs;
  }

  private void answer(RpcHandler handler, RpcCall call) {
    if (call.getProcedure() == 0) {
      call.reply(XdrVoid.XDR_VOID);
      return;
    }
    if (!handler.knows(call.getProcedure())) {
      call.failProcedureUnavailable();
      return;
    }
    ByteBuffer arguments = call.getXdr().asBuffer().toByteBuffer();
    try {
      XdrWriter reply =
          handler.call(
              new Call(
                  call.getXid(),
                  call.getProcedure(),
                  credential(call.getCredential()),
                  call.getTransport().getRemoteSocketAddress(),
                  channel(call.getTransport())),
              new XdrReader(arguments));
      call.reply(new Reply(reply));
    } catch (BadXdrException e) {
      call.failRpcGarbage();
    }
  }

  private BackChannel channel(RpcTransport transport) {
    ConnectionChannel channel =
        channels.get(
            new Ends(transport.getLocalSocketAddress(), transport.getRemoteSocketAddress()));
    return channel != null ? channel : GONE;
  }

  private void replied(Connection<?> connection, ByteBuffer reply) {
    ConnectionChannel channel = channels.get(Ends.of(connection));
    if (channel != null) {
      channel.answered(reply);
    }
  }

  private static Credential credential(RpcAuth auth) {
    if (auth instanceof RpcAuthTypeUnix unix) {
      Set<Integer> groups = HashSet.newHashSet(unix.gids().length);
      for (int group : unix.gids()) {
        groups.add(group);
      }
      return new Credential(Credential.SYS, unix.uid(), unix.gid(), groups);
    }
    return Credential.ANONYMOUS;
  }

  /** Opens the port. */
  public void start() throws IOException {
    bound = transport.bind(listen);
    transport.start();
  }

  /** The port it listens on: what was asked for, or what was found if that was 0. */
  public int port() {
    if (bound != null && bound.getLocalAddress() instanceof InetSocketAddress address) {
      return address.getPort();
    }
    return listen.getPort();
  }

  /** Connections open now. */
  public int connections() {
    return connections.get();
  }

  /** Closes the port and every connection, and lets messages being worked on finish. */
  @Override
  public void close() throws IOException {
    transport.shutdownNow();
    workers.shutdown();
    try {
      if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      workers.shutdownNow();
    }
  }

  /** Turns connections over the bound away. */
  private final class ConnectionBound extends BaseFilter {
    private final int most;

    ConnectionBound(int most) {
      this.most = most;
    }

    @Override
    public NextAction handleAccept(FilterChainContext context) {
      Connection<?> connection = context.getConnection();
      channels.put(Ends.of(connection), new ConnectionChannel(connection));
      if (connections.incrementAndGet() > most) {
        context.getConnection().closeSilently();
      }
      return context.getInvokeAction();
    }

    @Override
    public NextAction handleClose(FilterChainContext context) {
      ConnectionChannel channel = channels.remove(Ends.of(context.getConnection()));
      if (channel != null) {
        channel.closed();
      }
      connections.decrementAndGet();
      return context.getInvokeAction();
    }
  }

  /** Lends a finished message to oncrpc4j, payloads by reference. */
  private record Reply(XdrWriter writer) implements XdrAble {
    @Override
    public void xdrEncode(XdrEncodingStream stream) {
      Xdr xdr = (Xdr) stream;
      writer.drainTo(
          new XdrWriter.Sink() {
            @Override
            public void bytes(byte[] array, int offset, int length) {
              xdr.xdrEncodeOpaque(array, offset, length);
            }

            @Override
            public void payload(ByteBuffer data) {
              xdr.xdrEncodeShallowByteBuffer(data);
            }
          });
    }

    @Override
    public void xdrDecode(XdrDecodingStream stream) {
      throw new UnsupportedOperationException();
    }
  }
}
