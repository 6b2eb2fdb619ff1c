// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.grapevinefs.node.proto.AdminGrpc;

/** A caller's side of the admin API: one connection to one node. Safe for any thread. */
public final class AdminClient implements AutoCloseable {
  /** The longest that a question may take that does not say otherwise. */
  private static final long DEADLINE_SECONDS = 60;

  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final String address;
  private final ManagedChannel channel;
  private final AdminGrpc.AdminBlockingStub stub;

  /** A client of the node whose admin port this is; nothing is sent yet. */
  public AdminClient(String host, int port) {
    this.address = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    this.channel =
        NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    this.stub = AdminGrpc.newBlockingStub(channel);
  }

  /** Asks one question with the usual patience. */
  public <T> T ask(Function<AdminGrpc.AdminBlockingStub, T> question) throws AdminException {
    return ask(DEADLINE_SECONDS, question);
  }

  /** Asks one question that may take so many seconds. */
  public <T> T ask(long seconds, Function<AdminGrpc.AdminBlockingStub, T> question)
      throws AdminException {
    return askForever(s -> question.apply(s.withDeadlineAfter(seconds, TimeUnit.SECONDS)));
  }

  /** Asks for something that has no end of its own, such as events as they come. */
  public <T> T askForever(Function<AdminGrpc.AdminBlockingStub, T> question) throws AdminException {
    try {
      return question.apply(stub);
    } catch (StatusRuntimeException e) {
      throw new AdminException(explain(e.getStatus()), e);
    }
  }

  private String explain(Status status) {
    String description = status.getDescription();
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          (status.getCause() instanceof UnknownHostException
                  ? "no machine is known by the name in "
                  : "no node answers at ")
              + address
              + ". Start one (grapevine node, grapevine demo), or say where it is: --admin"
              + " HOST:PORT";
      case DEADLINE_EXCEEDED -> "the node at " + address + " took too long to answer";
      case UNIMPLEMENTED ->
          "the node at " + address + " does not know this; it may be older than this program";
      default -> description != null ? description : "the node answered: " + status.getCode();
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
