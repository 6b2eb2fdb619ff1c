// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.grapevinefs.nfsgateway.rpc.BackChannel;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/**
 * The way from the server to one client: the back channel of a session (RFC 8881, section 2.10.3.1)
 * or, in minor version 0, the client's own port (RFC 7530, section 16.33). One call at a time; the
 * others wait their turn. Thread-safe; nothing here blocks.
 */
final class CallbackPath {

  static final int GETATTR = 3;
  static final int RECALL = 4;
  private static final int SEQUENCE = 11;
  private static final int VERSION = 1;
  private static final int COMPOUND = 1;
  private static final int MOST_CHANNELS = 16;
  private static final int MOST_WAITING = 8_192;
  private static final int MAX_TAG = 1024;

  /** How long a client has for an answer; what was recalled may take longer to come back. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What a client answered: the status of the operation, and its body if that was OK. */
  record Answer(int status, XdrReader body) {}

  private record Job(
      int operation, Consumer<XdrWriter> arguments, CompletableFuture<Answer> answer) {}

  private final int minor;
  private final Session.@Nullable Id session;
  private final int ident;
  private final ArrayDeque<Job> waiting = new ArrayDeque<>();
  private final List<BackChannel> channels = new ArrayList<>();
  private int program;
  private BackChannel.Auth auth;
  private int sequence = 1;
  private boolean busy;
  private boolean silent;

  private CallbackPath(
      int minor, Session.@Nullable Id session, int ident, int program, BackChannel.Auth auth) {
    this.minor = minor;
    this.session = session;
    this.ident = ident;
    this.program = program;
    this.auth = auth;
  }

  /** The back channel of a session, over no connection yet. */
  static CallbackPath ofSession(int minor, Session.Id session, int program, BackChannel.Auth auth) {
    return new CallbackPath(minor, session, 0, program, auth);
  }

  /** The way to a client of minor version 0, not yet tried. */
  static CallbackPath dialed(int program, int ident, BackChannel channel) {
    CallbackPath path = new CallbackPath(0, null, ident, program, BackChannel.Auth.NONE);
    path.silent = true;
    path.channels.add(channel);
    return path;
  }

  /** Finds out whether anyone answers. */
  void probe() {
    BackChannel channel = channel();
    if (channel == null) {
      return;
    }
    var _ =
        channel
            .call(program, VERSION, 0, auth, new XdrWriter(0), PATIENCE)
            .thenAccept(answer -> heard());
  }

  private synchronized void heard() {
    silent = false;
  }

  /** Adds a connection over which calls may go. */
  synchronized void bind(BackChannel channel) {
    channels.removeIf(other -> !other.isOpen() || other.equals(channel));
    if (channels.size() >= MOST_CHANNELS) {
      channels.removeFirst();
    }
    channels.add(channel);
    silent = false;
  }

  /** Changes how calls are made. */
  synchronized void control(int newProgram, BackChannel.Auth newAuth) {
    program = newProgram;
    auth = newAuth;
  }

  /** Whether calls are likely to get through. */
  synchronized boolean isUp() {
    return !silent && channel() != null;
  }

  private synchronized @Nullable BackChannel channel() {
    for (BackChannel channel : channels) {
      if (channel.isOpen()) {
        return channel;
      }
    }
    return null;
  }

  /** Calls one operation; the future ends with the answer, or fails if there is none. */
  CompletableFuture<Answer> call(int operation, Consumer<XdrWriter> arguments) {
    Job job = new Job(operation, arguments, new CompletableFuture<>());
    synchronized (this) {
      if (waiting.size() >= MOST_WAITING) {
        job.answer.completeExceptionally(new IOException("too many calls wait"));
        return job.answer;
      }
      waiting.add(job);
    }
    next();
    return job.answer;
  }

  private void next() {
    Job job;
    synchronized (this) {
      if (busy || waiting.isEmpty()) {
        return;
      }
      job = waiting.remove();
      busy = true;
    }
    send(job);
  }

  private void send(Job job) {
    BackChannel channel;
    int to;
    BackChannel.Auth as;
    XdrWriter message;
    synchronized (this) {
      channel = channel();
      to = program;
      as = auth;
      message = compound(job);
    }
    // Outside of the lock: a connection that is gone ends the calls of other paths too.
    CompletableFuture<XdrReader> sent =
        channel == null
            ? CompletableFuture.failedFuture(new IOException("no connection to the client"))
            : channel.call(to, VERSION, COMPOUND, as, message, PATIENCE);
    boolean last = channel == null;
    var _ = sent.whenComplete((reply, failure) -> answered(job, last, reply, failure));
  }

  private XdrWriter compound(Job job) {
    XdrWriter out = new XdrWriter(256);
    out.opaque(new byte[0]).int32(minor).int32(ident);
    Session.Id id = session;
    if (id == null) {
      out.int32(1);
    } else {
      out.int32(2).int32(SEQUENCE).int64(id.client()).int64(id.number());
      out.int32(sequence).int32(0).int32(0).bool(false).int32(0);
    }
    job.arguments.accept(out.int32(job.operation));
    return out;
  }

  private void answered(
      Job job, boolean last, @Nullable XdrReader reply, @Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
    if (cause instanceof IOException && !last && channel() != null && session != null) {
      // The connection went: the same call, with the same number, over another.
      send(job);
      return;
    }
    List<Job> lost = new ArrayList<>();
    synchronized (this) {
      busy = false;
      if (cause == null) {
        sequence++;
      } else {
        silent = true;
        lost.addAll(waiting);
        waiting.clear();
      }
    }
    if (reply != null) {
      try {
        job.answer.complete(read(reply, job.operation));
      } catch (BadXdrException e) {
        job.answer.completeExceptionally(e);
      }
    } else {
      Throwable why = cause != null ? cause : new IOException("no answer");
      job.answer.completeExceptionally(why);
      lost.forEach(other -> other.answer.completeExceptionally(why));
    }
    next();
  }

  private Answer read(XdrReader in, int operation) throws BadXdrException {
    int status = in.int32();
    in.view(MAX_TAG);
    int results = in.int32();
    if (session != null && results > 0) {
      in.int32();
      int sequenced = in.int32();
      if (sequenced != 0) {
        return new Answer(sequenced, in);
      }
      in.fixed(32);
      results--;
    }
    if (results < 1) {
      return new Answer(status == 0 ? NfsStatus.SERVERFAULT.code() : status, in);
    }
    if (in.int32() != operation) {
      throw new BadXdrException("an answer to something else");
    }
    return new Answer(in.int32(), in);
  }
}
