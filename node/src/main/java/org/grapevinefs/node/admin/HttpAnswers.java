// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;

/** {@code GET /health} and {@code GET /metrics}, one answer a connection. */
final class HttpAnswers extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  private final Administered node;
  private final Executor workers;

  HttpAnswers(Administered node, Executor workers) {
    this.node = node;
    this.workers = workers;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      send(context, HttpResponseStatus.BAD_REQUEST, TEXT, "not HTTP\n");
      return;
    }
    boolean get = request.method().equals(HttpMethod.GET);
    String path = new QueryStringDecoder(request.uri()).path();
    // Figures may have to wait for a disk; the loop that reads sockets must not.
    workers.execute(() -> answer(context, get, path));
  }

  private void answer(ChannelHandlerContext context, boolean get, String path) {
    if (!get) {
      send(context, HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "only GET\n");
      return;
    }
    switch (path) {
      case "/metrics" -> send(context, HttpResponseStatus.OK, METRICS, node.metrics());
      case "/health" -> {
        List<String> problems = node.problems();
        String text = problems.isEmpty() ? "ok\n" : String.join("\n", problems) + "\n";
        // A node with a problem still serves: probes that restart it would only make it worse.
        send(context, HttpResponseStatus.OK, TEXT, text);
      }
      default ->
          send(
              context,
              HttpResponseStatus.NOT_FOUND,
              TEXT,
              "here are /health and /metrics; the rest of this port speaks gRPC\n");
    }
  }

  private static void send(
      ChannelHandlerContext context, HttpResponseStatus status, String type, String text) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }
}
