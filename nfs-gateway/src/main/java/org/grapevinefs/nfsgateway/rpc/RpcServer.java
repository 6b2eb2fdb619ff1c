// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.Filter;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.glassfish.grizzly.strategies.SameThreadIOStrategy;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.Refusals;
import org.grapevinefs.nfsgateway.Tls;
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
  private static final int SWEEP_SECONDS = 1;
  private static final int READ_BUFFER = 256 * 1024;

  private final TCPNIOTransport transport;
  private final ThreadPoolExecutor workers;
  private final ScheduledExecutorService keeper;
  private final Gate gate;
  private final InetSocketAddress listen;
  private @Nullable Connection<?> bound;

  /**
   * A server that does not listen yet.
   *
   * @param tls whether clients speak RPC with TLS
   * @param buffers where large messages are put
   */
  public RpcServer(
      InetSocketAddress listen,
      List<RpcHandler> handlers,
      Limits limits,
      InstantSource clock,
      Refusals refusals,
      Tls tls,
      BufferPool buffers) {
    this.listen = listen;
    this.workers = pool(limits);
    this.keeper =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("nfs-keeper").factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    this.gate = new Gate(limits.traffic(), clock, refusals, workers, keeper);
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
    StartTls start = new StartTls(tls);
    Filter bottom = new BottomFilter();
    Filter door = new Door();
    Filter records = new RecordFilter(limits.maxMessage(), gate, refusals, start, buffers);
    Filter calls = new CallFilter(handlers, gate, buffers);
    start.over(bottom, List.of(door, records, calls));
    FilterChainBuilder chain = FilterChainBuilder.stateless().add(bottom);
    chain.add(door).add(records).add(calls);
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

  /** Opens the port. */
  public void start() throws IOException {
    bound = transport.bind(listen);
    transport.start();
    var _ =
        keeper.scheduleWithFixedDelay(gate::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
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
    return gate.connections();
  }

  /** Bytes of messages taken and of answers not yet sent. */
  public long bytes() {
    return gate.bytes();
  }

  /** Closes the port and every connection, and lets messages being worked on finish. */
  @Override
  public void close() throws IOException {
    keeper.shutdownNow();
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

  /** Takes connections in, or not. */
  private final class Door extends BaseFilter {
    @Override
    public NextAction handleAccept(FilterChainContext context) {
      Connection<?> connection = context.getConnection();
      InetAddress address = ((InetSocketAddress) connection.getPeerAddress()).getAddress();
      if (!gate.accept(connection, address)) {
        connection.terminateSilently();
      }
      return context.getInvokeAction();
    }

    @Override
    public NextAction handleClose(FilterChainContext context) {
      gate.closed(context.getConnection());
      return context.getInvokeAction();
    }
  }
}
