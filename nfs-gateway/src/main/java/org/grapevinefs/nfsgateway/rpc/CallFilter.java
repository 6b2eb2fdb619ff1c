// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dcache.oncrpc4j.grizzly.GrizzlyRpcTransport;
import org.dcache.oncrpc4j.rpc.OncRpcException;
import org.dcache.oncrpc4j.rpc.ReplyQueue;
import org.dcache.oncrpc4j.rpc.RpcAuth;
import org.dcache.oncrpc4j.rpc.RpcAuthTypeUnix;
import org.dcache.oncrpc4j.rpc.RpcCall;
import org.dcache.oncrpc4j.rpc.RpcException;
import org.dcache.oncrpc4j.xdr.Xdr;
import org.dcache.oncrpc4j.xdr.XdrVoid;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a call's head with oncrpc4j, has its program answer it, and sends the answer. Takes the
 * place of oncrpc4j's own filters so that the {@link Gate} decides when a call is worked on.
 */
final class CallFilter extends BaseFilter {

  private static final Logger LOG = LoggerFactory.getLogger(CallFilter.class);

  /**
   * A call to be worked on.
   *
   * @param pooled the buffer that it lies in, if that is to be given back
   */
  record Message(Xdr xdr, @Nullable ByteBuffer pooled) {}

  private final Gate gate;
  private final BufferPool buffers;
  private final ReplyQueue replies = new ReplyQueue();
  private final Map<Integer, Map<Integer, RpcHandler>> programs = new HashMap<>();

  CallFilter(List<RpcHandler> handlers, Gate gate, BufferPool buffers) {
    this.gate = gate;
    this.buffers = buffers;
    for (RpcHandler handler : handlers) {
      programs
          .computeIfAbsent(handler.program(), program -> new HashMap<>())
          .put(handler.version(), handler);
    }
  }

  @Override
  public NextAction handleRead(FilterChainContext context) throws IOException {
    Message message = context.getMessage();
    Xdr xdr = message.xdr();
    Peer peer = Peer.of(context.getConnection());
    if (peer == null) {
      return context.getStopAction();
    }
    xdr.beginDecoding();
    int size = xdr.asBuffer().remaining();
    int xid = xdr.xdrDecodeInt();
    xdr.xdrDecodeInt();
    CountedTransport transport =
        new CountedTransport(
            connection(context),
            new GrizzlyRpcTransport(connection(context), replies),
            gate,
            peer,
            size);
    RpcCall call = new RpcCall(xid, xdr, transport);
    try {
      call.accept();
    } catch (RpcException e) {
      call.reject(e.getStatus(), e.getRpcReply());
      return context.getStopAction();
    } catch (OncRpcException e) {
      transport.worked();
      return context.getStopAction();
    }
    gate.work(
        peer,
        () -> {
          try {
            dispatch(call, transport, message.pooled());
          } catch (RuntimeException | Error e) {
            // An error too (a stack or a heap that was too small): the client waits for an answer.
            LOG.error("an RPC call failed unexpectedly: {}", e.toString(), e);
            call.failRpcSystem();
          } finally {
            transport.worked();
          }
        });
    return context.getStopAction();
  }

  @SuppressWarnings("unchecked") // over TCP every address is one
  private static Connection<InetSocketAddress> connection(FilterChainContext context) {
    return context.getConnection();
  }

  private void dispatch(RpcCall call, CountedTransport transport, @Nullable ByteBuffer pooled) {
    Map<Integer, RpcHandler> versions = programs.get(call.getProgram());
    if (versions == null) {
      call.failProgramUnavailable();
      return;
    }
    RpcHandler handler = versions.get(call.getProgramVersion());
    if (handler == null) {
      int least = versions.keySet().stream().mapToInt(v -> v).min().orElse(0);
      int most = versions.keySet().stream().mapToInt(v -> v).max().orElse(0);
      call.failProgramMismatch(least, most);
      return;
    }
    if (call.getProcedure() == 0) {
      call.reply(XdrVoid.XDR_VOID);
    } else if (!handler.knows(call.getProcedure())) {
      call.failProcedureUnavailable();
    } else {
      XdrWriter reply = answer(handler, call, transport.peer());
      if (reply == null) {
        call.failRpcGarbage();
      } else {
        transport.reply(call.getXid(), reply);
        // Nothing of the call is in this answer, so its bytes are free.
        if (pooled != null) {
          buffers.give(pooled);
        }
      }
    }
  }

  /** The answer; null if the arguments are garbage. */
  private static @Nullable XdrWriter answer(RpcHandler handler, RpcCall call, Peer peer) {
    ByteBuffer arguments = call.getXdr().asBuffer().toByteBuffer();
    try {
      return handler.call(
          new Call(
              call.getXid(),
              call.getProcedure(),
              credential(call.getCredential()),
              call.getTransport().getRemoteSocketAddress(),
              peer.channel,
              peer.secure),
          new XdrReader(arguments));
    } catch (BadXdrException e) {
      return null;
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
}
