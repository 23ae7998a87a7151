package io.widecast.api;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.util.AsciiString;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetServerImpl;
import io.vertx.core.net.impl.NetServerInternal;
import java.util.List;

/**
 * Vert.x's HTTP server with a stricter HTTP/1 parser. Of a request with a length and chunks the
 * stock one drops the length before anybody can see it (RFC 9112, section 6.1, wants such a
 * connection closed), and it takes a header field without a name. Both become invalid requests.
 *
 * <p>Vert.x makes the parser itself, when the first bytes have shown that they are not HTTP/2, and
 * calls {@code connectionHandler} only once the first head has been read: too late. So the TCP
 * server below the HTTP server puts a handler into each new connection, which changes the parser
 * before it sees a byte. The classes extended are internal to Vert.x, hence its pinned version;
 * {@code RawHttpIT} notices when they change.
 */
final class StrictServer {

  private StrictServer() {}

  static HttpServer create(Vertx vertx, HttpServerOptions options) {
    return new HttpServerImpl(new OnStrictTcp((VertxInternal) vertx, options), options);
  }

  /** Why a request is refused, for its client to read. */
  static final class Refusal extends RuntimeException {

    private Refusal(String detail) {
      super(detail, null, false, false); // describes the request and not the code
    }
  }

  private static final class OnStrictTcp extends VertxWrapper {

    private final HttpServerOptions http;

    OnStrictTcp(VertxInternal vertx, HttpServerOptions http) {
      super(vertx);
      this.http = http;
    }

    @Override
    public NetServerInternal createNetServer(NetServerOptions options) {
      return new Tcp(delegate, options.copy(), http);
    }
  }

  private static final class Tcp extends NetServerImpl {

    private final HttpServerOptions http;

    Tcp(VertxInternal vertx, NetServerOptions options, HttpServerOptions http) {
      super(vertx, options);
      this.http = http;
    }

    @Override
    public synchronized NetServerInternal connectHandler(Handler<NetSocket> handler) {
      return super.connectHandler(
          socket -> {
            handler.handle(socket);
            ChannelHandlerContext last = ((NetSocketInternal) socket).channelHandlerContext();
            last.pipeline().addBefore(last.name(), null, new OnFirstBytes(http));
          });
    }
  }

  /** Stands behind what tells the protocols apart, and before where the parser comes to be. */
  private static final class OnFirstBytes extends ChannelInboundHandlerAdapter {

    private static final String NAME = "httpDecoder"; // Vert.x removes it by this name

    private final HttpServerOptions http;

    OnFirstBytes(HttpServerOptions http) {
      this.http = http;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      ChannelPipeline pipeline = ctx.pipeline();
      if (pipeline.get(VertxHttpRequestDecoder.class) != null) { // else it is HTTP/2
        pipeline.replace(VertxHttpRequestDecoder.class, NAME, new Decoder(http));
      }
      pipeline.remove(this);
      ctx.fireChannelRead(bytes);
    }
  }

  private static final class Decoder extends VertxHttpRequestDecoder {

    Decoder(HttpServerOptions options) {
      super(options);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
        throws Exception {
      super.decode(ctx, in, out);
      if (!out.isEmpty()
          && out.get(out.size() - 1) instanceof HttpMessage message
          && message.decoderResult().isFailure()) {
        // Or it would become a request of HTTP/2, about which nobody knows that it is invalid.
        message.headers().remove(HttpHeaderNames.UPGRADE);
      }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new Refusal("a request has either a Content-Length or a Transfer-Encoding");
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
      if (length == 0) {
        throw new Refusal("a header field has a name before its colon");
      }
      return super.splitHeaderName(line, start, length);
    }
  }
}
