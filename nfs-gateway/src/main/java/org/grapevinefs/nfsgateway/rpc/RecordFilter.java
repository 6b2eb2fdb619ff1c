// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.dcache.oncrpc4j.xdr.Xdr;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.memory.BufferArray;
import org.glassfish.grizzly.memory.BuffersBuffer;
import org.glassfish.grizzly.memory.ByteBufferWrapper;
import org.glassfish.grizzly.memory.MemoryManager;
import org.grapevinefs.nfsgateway.Refusals;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a TCP stream into RPC messages (RFC 5531, section 11). Takes the place of oncrpc4j's own
 * filter because that one waits for a message of any length, and lets the credential's lengths
 * through unchecked; here a message over the bound or with a header that makes no sense ends the
 * connection before anything is allocated for it.
 */
final class RecordFilter extends BaseFilter {

  private static final int LAST = 0x8000_0000;
  private static final int MAX_FRAGMENTS = 1_024;
  private static final int MAX_AUTH = 400;
  private static final int CALL = 0;
  private static final int REPLY = 1;
  private static final int AUTH_NONE = 0;
  private static final int AUTH_SYS = 1;
  private static final int AUTH_TLS = 7;
  private static final int BAD_CREDENTIAL = 1;
  private static final int TOO_WEAK = 5;
  private static final int FEW_PARTS = 16;
  private static final int SMALL_PART = 4_096;

  private final int maxMessage;
  private final Gate gate;
  private final Refusals refusals;
  private final StartTls tls;
  private final BufferPool buffers;

  RecordFilter(int maxMessage, Gate gate, Refusals refusals, StartTls tls, BufferPool buffers) {
    this.maxMessage = maxMessage;
    this.gate = gate;
    this.refusals = refusals;
    this.tls = tls;
    this.buffers = buffers;
  }

  private static boolean isReply(Buffer message) {
    return message.remaining() >= 8 && message.getInt(message.position() + 4) == REPLY;
  }

  @Override
  public NextAction handleRead(FilterChainContext context) throws IOException {
    Buffer stream = context.getMessage();
    Peer peer = Peer.of(context.getConnection());
    if (peer == null) {
      return hangUp(context, stream, null);
    }
    if (peer.large != null) {
      return gather(context, peer, stream, peer.large);
    }
    int start = stream.position();
    int at = start;
    int total = 0;
    int fragments = 0;
    boolean last = false;
    while (!last) {
      if (stream.limit() - at < 4) {
        return wait(context, peer, stream);
      }
      int marker = stream.getInt(at);
      int size = marker & ~LAST;
      last = (marker & LAST) != 0;
      total += Math.min(size, maxMessage + 1);
      fragments++;
      if (total > maxMessage || fragments > MAX_FRAGMENTS) {
        return hangUp(context, stream, Refusals.Kind.BAD_MESSAGE);
      }
      if (stream.limit() - at - 4 < size) {
        if (last && fragments == 1 && size >= BufferPool.LEAST && gate.mayGather(peer, size)) {
          stream.position(start + 4);
          ByteBuffer large = buffers.take(size);
          peer.large = large;
          return gather(context, peer, stream, large);
        }
        return wait(context, peer, stream);
      }
      at += 4 + size;
    }
    Buffer message = assemble(context.getMemoryManager(), stream, start, fragments);
    return whole(context, peer, stream, message, at);
  }

  /** Goes on filling a large message; when it is whole, goes on with that. */
  private NextAction gather(FilterChainContext context, Peer peer, Buffer stream, ByteBuffer large)
      throws IOException {
    int take = Math.min(stream.remaining(), large.remaining());
    if (take > 0) {
      int limit = large.limit();
      large.limit(large.position() + take);
      stream.get(large);
      large.limit(limit);
    }
    if (large.hasRemaining()) {
      return gate.unfinished(peer, large.position())
          ? context.getStopAction()
          : hangUp(context, stream, Refusals.Kind.UNFINISHED_MESSAGES);
    }
    Buffer message = new ByteBufferWrapper(large.duplicate().flip());
    return whole(context, peer, stream, message, stream.position());
  }

  /** Goes on with a whole message, which ends at a place in the stream. */
  private NextAction whole(
      FilterChainContext context, Peer peer, Buffer stream, Buffer message, int end)
      throws IOException {
    gate.whole(peer);
    if (isReply(message)) {
      peer.large = null;
      if (message.remaining() > BackChannel.MAX_ANSWER) {
        return hangUp(context, stream, Refusals.Kind.BAD_MESSAGE);
      }
      ByteBuffer copy = ByteBuffer.allocate(message.remaining());
      message.get(copy);
      peer.channel.answered(copy.flip());
      stream.position(end);
      return stream.hasRemaining() ? context.getRerunFilterAction() : context.getStopAction();
    }
    if (!isSound(message)) {
      return hangUp(context, stream, Refusals.Kind.BAD_MESSAGE);
    }
    if (!gate.mayTake(peer, context)) {
      return context.getSuspendAction();
    }
    ByteBuffer pooled = peer.large;
    peer.large = null;
    stream.position(end);
    int xid = message.getInt(message.position());
    int program = message.getInt(message.position() + 12);
    int procedure = message.getInt(message.position() + 20);
    int flavor = message.getInt(message.position() + 24);
    if (flavor == AUTH_TLS) {
      return begin(context, peer, stream, xid, procedure);
    }
    int denied = flavor != AUTH_NONE && flavor != AUTH_SYS ? TOO_WEAK : 0;
    if (tls.refuses(peer, program, procedure)) {
      refusals.note(Refusals.Kind.CLEAR_TEXT, peer.guest.address);
      denied = TOO_WEAK;
    }
    if (denied != 0) {
      return deny(context, stream, xid, denied);
    }
    gate.taken(peer, message.remaining());
    context.setMessage(
        new CallFilter.Message(new Xdr(message, context.getMemoryManager()), pooled));
    Buffer rest = stream.hasRemaining() ? stream.split(stream.position()) : null;
    return context.getInvokeAction(rest);
  }

  /** Keeps the beginning of a message until the rest is here. */
  private NextAction wait(FilterChainContext context, Peer peer, Buffer stream) {
    if (!gate.unfinished(peer, stream.remaining())) {
      return hangUp(context, stream, Refusals.Kind.UNFINISHED_MESSAGES);
    }
    return context.getStopAction(joined(stream));
  }

  /** The same bytes in one piece if they came in many small ones, each of which takes room. */
  private static Buffer joined(Buffer stream) {
    int size = stream.remaining();
    if (!(stream instanceof BuffersBuffer) || size == 0) {
      return stream;
    }
    BufferArray parts = stream.toBufferArray();
    int count = parts.size();
    parts.recycle();
    if (count <= FEW_PARTS + size / SMALL_PART) {
      return stream;
    }
    ByteBuffer whole = ByteBuffer.allocate(size);
    stream.get(whole);
    stream.tryDispose();
    return new ByteBufferWrapper(whole.flip());
  }

  /** Goes over to TLS, if it is offered and this is the place for it. */
  private NextAction begin(
      FilterChainContext context, Peer peer, Buffer stream, int xid, int procedure) {
    if (!tls.isOffered() || procedure != 0 || peer.secure) {
      return deny(context, stream, xid, BAD_CREDENTIAL);
    }
    if (stream.hasRemaining() || !gate.anew(peer)) {
      return hangUp(context, stream, Refusals.Kind.BAD_MESSAGE);
    }
    context.write(StartTls.welcome(xid));
    tls.switchOver(peer);
    return context.getStopAction();
  }

  /** Denies a call for its credential: AUTH_ERROR with a reason. */
  private static NextAction deny(FilterChainContext context, Buffer stream, int xid, int why) {
    ByteBuffer reply = ByteBuffer.allocate(24).putInt(20 | LAST).putInt(xid);
    reply.putInt(1).putInt(1).putInt(1).putInt(why).flip();
    context.write(new ByteBufferWrapper(reply));
    return stream.hasRemaining() ? context.getRerunFilterAction() : context.getStopAction();
  }

  private NextAction hangUp(
      FilterChainContext context, Buffer stream, Refusals.@Nullable Kind why) {
    Peer peer = Peer.of(context.getConnection());
    if (why != null && peer != null) {
      refusals.note(why, peer.guest.address);
    }
    context.getConnection().terminateSilently();
    stream.tryDispose();
    return context.getStopAction();
  }

  private static Buffer assemble(MemoryManager<?> memory, Buffer stream, int start, int fragments) {
    int at = start;
    if (fragments == 1) {
      int size = stream.getInt(at) & ~LAST;
      return stream.slice(at + 4, at + 4 + size);
    }
    BuffersBuffer whole = BuffersBuffer.create(memory);
    for (int i = 0; i < fragments; i++) {
      int size = stream.getInt(at) & ~LAST;
      whole.append(stream.slice(at + 4, at + 4 + size));
      at += 4 + size;
    }
    return whole;
  }

  /**
   * Whether the header's lengths can be believed: xid, type, RPC version, program, version,
   * procedure, two auths.
   */
  private static boolean isSound(Buffer message) {
    int limit = message.limit();
    if (limit - message.position() < 40 || message.getInt(message.position() + 4) != CALL) {
      return false;
    }
    int at = message.position() + 24;
    int flavor = message.getInt(at);
    int length = message.getInt(at + 4);
    if (length < 0 || length > MAX_AUTH || at + 8 + length + 8 > limit) {
      return false;
    }
    if (flavor == AUTH_SYS && !isSoundSys(message, at + 8, at + 8 + length)) {
      return false;
    }
    at += 8 + ((length + 3) & ~3);
    if (at + 8 > limit) {
      return false;
    }
    int verifier = message.getInt(at + 4);
    return verifier >= 0 && verifier <= MAX_AUTH && at + 8 + verifier <= limit;
  }

  /** Stamp, machine name, uid, gid, groups. */
  private static boolean isSoundSys(Buffer message, int from, int to) {
    if (to - from < 20) {
      return false;
    }
    int name = message.getInt(from + 4);
    if (name < 0 || name > 255) {
      return false;
    }
    int groups = from + 8 + ((name + 3) & ~3) + 8;
    if (groups + 4 > to) {
      return false;
    }
    int count = message.getInt(groups);
    return count >= 0 && count <= 16 && groups + 4 + 4 * count == to;
  }
}
