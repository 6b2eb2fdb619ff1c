// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.peer.PeerException.Kind;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Cancel;
import org.grapevinefs.replication.peer.proto.Credit;
import org.grapevinefs.replication.peer.proto.Frame;
import org.grapevinefs.replication.peer.proto.Hello;
import org.grapevinefs.replication.peer.proto.Ping;
import org.grapevinefs.replication.peer.proto.Request;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection to a peer, from its TLS handshake to its end, with the calls that go both ways
 * over it.
 *
 * <p>First TLS names the peer, then each side says hello; only then anything else is taken. A frame
 * that breaks the rules closes this connection and no other. Calls may be made from any thread.
 */
// What a network or timer future could tell arrives as a closed channel, or in the task itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class PeerConnection extends SimpleChannelInboundHandler<Frame> {
  static final int PROTOCOL = 1;

  /** What a connection needs of the one who keeps it. */
  interface Owner {
    PeerLimits limits();

    NodeId self();

    ByteString mesh();

    NodeId nodeOf(Certificate certificate) throws SSLPeerUnverifiedException;

    RequestHandler handler();

    /** The peer said hello. */
    void ready(PeerConnection connection);

    /** The connection is gone; it may never have been ready. */
    void closed(PeerConnection connection, @Nullable Throwable reason);

    long nanoTime();
  }

  private static final class Outgoing {
    final AnswerSink sink;
    final boolean stream;
    final boolean patient;
    volatile long deadline;

    Outgoing(AnswerSink sink, boolean stream, boolean patient, long deadline) {
      this.sink = sink;
      this.stream = stream;
      this.patient = patient;
      this.deadline = deadline;
    }
  }

  private final Owner owner;
  private final FrameCodec codec;
  private final @Nullable NodeId dialled;
  private final Map<Long, Outgoing> outgoing = new ConcurrentHashMap<>();
  private final Map<Long, Exchange> serving = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicInteger requestBytes = new AtomicInteger();
  private volatile @Nullable ChannelHandlerContext context;
  private volatile @Nullable NodeId peer;
  private volatile boolean open = true;
  private volatile boolean retired;
  private Lane lane;
  private long attempt;
  private boolean ready;
  private @Nullable Certificate certificate;
  private @Nullable Throwable reason;

  /**
   * A connection that was dialled for {@code lane}, or one that was accepted.
   *
   * @param dialled the node that should answer; null for an accepted connection
   */
  PeerConnection(Owner owner, FrameCodec codec, @Nullable NodeId dialled, Lane lane, long attempt) {
    super(Frame.class);
    this.owner = owner;
    this.codec = codec;
    this.dialled = dialled;
    this.lane = lane;
    this.attempt = attempt;
  }

  /** The node at the other end; only after the handshake. */
  NodeId peer() {
    NodeId known = peer;
    if (known == null) {
      throw new IllegalStateException("no handshake yet");
    }
    return known;
  }

  @Nullable NodeId dialled() {
    return dialled;
  }

  /** Where the other end is, for the log. */
  String remoteHost() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && ctx.channel().remoteAddress() instanceof InetSocketAddress address) {
      return address.getAddress().getHostAddress();
    }
    return "an unknown address";
  }

  boolean greeted() {
    return ready;
  }

  /** The node that opened this connection. */
  NodeId dialler() {
    return dialled == null ? peer() : owner.self();
  }

  Lane lane() {
    return lane;
  }

  /** The dialler's count of its connections: of two by one dialler the later stays. */
  long attempt() {
    return attempt;
  }

  boolean isOpen() {
    return open && !retired;
  }

  boolean isWritable() {
    ChannelHandlerContext ctx = context;
    return open && ctx != null && ctx.channel().isWritable();
  }

  /** Makes a request with one answer. */
  void call(Request.Builder request, AnswerSink sink) {
    start(request, sink, 0, false);
  }

  /**
   * Makes a request whose answers are streamed within the window; a patient one may be silent for
   * ever.
   */
  StreamHandle stream(Request.Builder request, boolean patient, AnswerSink sink) {
    long call = start(request, sink, owner.limits().window(), patient);
    return new StreamHandle() {
      @Override
      public void credit(int bytes) {
        write(
            Frame.newBuilder()
                .setCredit(Credit.newBuilder().setCall(call).setBytes(bytes))
                .build());
      }

      @Override
      public void cancel() {
        if (outgoing.remove(call) != null) {
          write(Frame.newBuilder().setCancel(Cancel.newBuilder().setCall(call)).build());
        }
      }
    };
  }

  private long start(Request.Builder request, AnswerSink sink, int window, boolean patient) {
    long call = calls.incrementAndGet();
    if (outgoing.size() >= owner.limits().maxCallsOut()) {
      sink.failed(new PeerException(Kind.NOT_SENT, "too many calls to one peer"));
      return call;
    }
    Outgoing out = new Outgoing(sink, window > 0, patient, deadline(window > 0));
    outgoing.put(call, out);
    write(Frame.newBuilder().setRequest(request.setCall(call).setWindow(window)).build());
    if (!open && outgoing.remove(call, out)) {
      sink.failed(new PeerException(Kind.NOT_SENT, "the connection is closed"));
    }
    return call;
  }

  private long deadline(boolean stream) {
    PeerLimits limits = owner.limits();
    return owner.nanoTime() + (stream ? limits.streamTimeout() : limits.callTimeout()).toNanos();
  }

  void write(Frame frame) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.writeAndFlush(frame, ctx.voidPromise());
    }
  }

  /** Takes no more calls, and closes when those under way are done or have had their time. */
  void retire() {
    retired = true;
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    ctx.executor()
        .scheduleAtFixedRate(
            () -> {
              if (outgoing.isEmpty() && serving.isEmpty()) {
                ctx.close();
              }
            },
            1,
            1,
            TimeUnit.SECONDS);
    ctx.executor()
        .schedule(() -> ctx.close(), owner.limits().dead().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Closes at once. */
  void close(String why) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.executor().execute(() -> fail(ctx, new PeerException(Kind.UNKNOWN, why)));
    }
  }

  /** Closes if the peer is no member any more. */
  void recheck() {
    Certificate shown = certificate;
    if (shown != null) {
      try {
        owner.nodeOf(shown);
      } catch (SSLPeerUnverifiedException e) {
        close("no longer a member of this mesh");
      }
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    long millis = owner.limits().handshake().toMillis();
    ctx.executor()
        .schedule(
            () -> {
              if (!ready) {
                fail(ctx, new PeerException(Kind.NOT_SENT, "no hello in time"));
              }
            },
            millis,
            TimeUnit.MILLISECONDS);
    ctx.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        shookHands(ctx);
      } else {
        fail(ctx, handshake.cause());
      }
    } else if (event instanceof IdleStateEvent idle) {
      idle(ctx, idle);
    }
  }

  private void idle(ChannelHandlerContext ctx, IdleStateEvent idle) {
    if (idle.state() == IdleState.READER_IDLE) {
      if (ctx.channel().config().isAutoRead()) {
        fail(ctx, new PeerException(Kind.UNKNOWN, "nothing heard for too long"));
      }
    } else if (ready) {
      write(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
    }
  }

  private void shookHands(ChannelHandlerContext ctx) {
    try {
      Certificate shown =
          ctx.pipeline().get(SslHandler.class).engine().getSession().getPeerCertificates()[0];
      NodeId node = owner.nodeOf(shown);
      if (dialled != null && !dialled.equals(node)) {
        throw new SSLPeerUnverifiedException("another node answered");
      }
      certificate = shown;
      peer = node;
    } catch (SSLPeerUnverifiedException e) {
      fail(ctx, e);
      return;
    }
    write(
        Frame.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProtocol(PROTOCOL)
                    .setMesh(owner.mesh())
                    .setNode(ByteString.copyFrom(owner.self().toBytes()))
                    .setLane(ZoneWire.number(lane))
                    .setAttempt(attempt))
            .build());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Frame frame) {
    if (!ready) {
      if (frame.hasHello()) {
        hello(ctx, frame.getHello());
      } else {
        fail(ctx, new PeerException(Kind.NOT_SENT, "no hello first"));
      }
      return;
    }
    switch (frame.getBodyCase()) {
      case REQUEST -> request(ctx, frame.getRequest());
      case ANSWER -> answer(frame.getAnswer());
      case CREDIT -> {
        Exchange exchange = serving.get(frame.getCredit().getCall());
        if (exchange != null) {
          exchange.credit(frame.getCredit().getBytes());
        }
      }
      case CANCEL -> {
        Exchange exchange = serving.get(frame.getCancel().getCall());
        if (exchange != null) {
          exchange.abandon();
        }
      }
      case ANNOUNCE -> owner.handler().announced(peer(), frame.getAnnounce());
      case PING -> {}
      case HELLO, BODY_NOT_SET ->
          fail(ctx, new PeerException(Kind.UNKNOWN, "a frame out of place"));
    }
  }

  private void hello(ChannelHandlerContext ctx, Hello hello) {
    String fault = null;
    if (hello.getProtocol() != PROTOCOL) {
      fault = "protocol version " + Integer.toUnsignedString(hello.getProtocol());
    } else if (!hello.getMesh().equals(owner.mesh())) {
      fault = "another mesh";
    } else if (!hello.getNode().equals(ByteString.copyFrom(peer().toBytes()))) {
      fault = "a name that is not its own";
    } else if (!ZoneWire.isConstant(Lane.class, hello.getLane())) {
      fault = "no such lane";
    }
    if (fault != null) {
      fail(ctx, new PeerException(Kind.NOT_SENT, "hello refused: " + fault));
      return;
    }
    if (dialled == null) {
      lane = ZoneWire.constant(Lane.class, hello.getLane());
      attempt = hello.getAttempt();
    }
    codec.allow(owner.limits().maxFrame());
    ready = true;
    ctx.executor().scheduleAtFixedRate(this::sweep, 1, 1, TimeUnit.SECONDS);
    owner.ready(this);
  }

  private void request(ChannelHandlerContext ctx, Request request) {
    int bytes = request.getSerializedSize();
    Exchange exchange = new Exchange(this, request.getCall(), request.getWindow(), bytes);
    if (serving.size() >= owner.limits().maxCallsIn()
        || serving.putIfAbsent(request.getCall(), exchange) != null) {
      fail(ctx, new PeerException(Kind.UNKNOWN, "too many requests, or one number twice"));
      return;
    }
    if (requestBytes.addAndGet(bytes) > owner.limits().maxRequestBytes()) {
      ctx.channel().config().setAutoRead(false);
    }
    owner.handler().request(exchange, request);
  }

  /** Called by an exchange that is over. */
  void finished(Exchange exchange) {
    if (serving.remove(exchange.call(), exchange)) {
      int left = requestBytes.addAndGet(-exchange.requestBytes());
      ChannelHandlerContext ctx = context;
      if (ctx != null
          && left <= owner.limits().maxRequestBytes() / 2
          && !ctx.channel().config().isAutoRead()) {
        ctx.channel().config().setAutoRead(true);
      }
    }
  }

  private void answer(Answer answer) {
    Outgoing call = outgoing.get(answer.getCall());
    if (call == null) {
      return;
    }
    boolean last = answer.getLast() || !call.stream;
    if (last) {
      outgoing.remove(answer.getCall());
    } else {
      call.deadline = deadline(true);
    }
    if (answer.hasFailure()) {
      call.sink.failed(new PeerException(answer));
    } else {
      call.sink.answer(answer);
    }
  }

  private void sweep() {
    long now = owner.nanoTime();
    outgoing.forEach((id, call) -> {
      if (!call.patient && now - call.deadline > 0 && outgoing.remove(id, call)) {
        write(Frame.newBuilder().setCancel(Cancel.newBuilder().setCall(id)).build());
        call.sink.failed(new PeerException(Kind.UNKNOWN, "no answer in time"));
      }
    });
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      serving.values().forEach(Exchange::room);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, cause);
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    if (reason == null) {
      reason = cause;
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    open = false;
    outgoing.forEach((id, call) -> {
      if (outgoing.remove(id, call)) {
        call.sink.failed(new PeerException(Kind.UNKNOWN, "the connection went"));
      }
    });
    serving.values().forEach(Exchange::abandon);
    owner.closed(this, reason);
  }
}
