package io.widecast.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.concurrent.TimeUnit;

/**
 * The outgoing half of one WebSocket, below Vert.x: text frames are written to the channel as
 * bytes, so that one rendering serves all sockets without being decoded, copied or wrapped on the
 * way, and flushed when their owner says. Frames of a server are not masked (RFC 6455, section
 * 5.3), which is what makes them the same for everyone.
 *
 * <p>A frame that breaks the protocol is answered with its close code and the outgoing half is
 * shut, so that the client reads the code before the connection is gone.
 */
final class SocketOut {

  private static final int FINAL_TEXT = 0x81;
  private static final int COPY_BYTES_MAX = 16 << 10;
  private static final long LINGER_SECONDS = 5;

  private final ServerWebSocket socket;
  private final ChannelHandlerContext below; // of the encoder: what is written here skips it
  private boolean closing;

  /**
   * @param drained called when the channel takes more again
   */
  SocketOut(ServerWebSocket socket, Runnable drained) {
    this.socket = socket;
    ChannelHandlerContext handler = ((WebSocketInternal) socket).channelHandlerContext();
    this.below = handler.pipeline().context(WebSocketFrameEncoder.class);
    handler.pipeline().addBefore(handler.name(), "widecast", new Events(drained));
  }

  /** Whether the client has to read before more is written. */
  boolean full() {
    return closing || !below.channel().isWritable();
  }

  /** Writes the text frame {@code head members}}; the arrays must not change any more. */
  void write(byte[] head, byte[] members) {
    if (closing || !below.channel().isActive()) {
      return;
    }
    int payload = head.length + members.length + 1;
    if (payload <= COPY_BYTES_MAX) {
      ByteBuf frame = below.alloc().buffer(payload + 10);
      writeHeader(frame, payload);
      frame.writeBytes(head).writeBytes(members).writeByte('}');
      below.write(frame, below.voidPromise());
    } else {
      ByteBuf header = below.alloc().buffer(head.length + 10);
      writeHeader(header, payload);
      below.write(header.writeBytes(head), below.voidPromise());
      below.write(Unpooled.wrappedBuffer(members), below.voidPromise());
      below.write(below.alloc().buffer(1).writeByte('}'), below.voidPromise());
    }
  }

  private static void writeHeader(ByteBuf out, int payload) {
    out.writeByte(FINAL_TEXT);
    if (payload < 126) {
      out.writeByte(payload);
    } else if (payload < 1 << 16) {
      out.writeByte(126).writeShort(payload);
    } else {
      out.writeByte(127).writeLong(payload);
    }
  }

  void flush() {
    below.flush();
  }

  /** Closes in order: what was written goes out first. */
  void close(int code, String reason) {
    if (!closing) {
      closing = true;
      below.flush();
      socket.close((short) code, reason);
    }
  }

  /** What the channel tells that Vert.x does not pass on, or not in time. */
  private final class Events extends ChannelInboundHandlerAdapter {
    private final Runnable drained;

    private Events(Runnable drained) {
      this.drained = drained;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (ctx.channel().isWritable() && !closing) {
        drained.run();
      }
      ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      Throwable root = cause.getCause() == null ? cause : cause.getCause();
      if (root instanceof CorruptedWebSocketFrameException broken && !closing) {
        closing = true;
        ctx.writeAndFlush(new CloseWebSocketFrame(broken.closeStatus()))
            .addListener(written -> linger(ctx));
      } else {
        ctx.close();
      }
    }

    /** Lets the client read the close code: a socket with unread input would be reset at once. */
    private void linger(ChannelHandlerContext ctx) {
      if (ctx.channel() instanceof DuplexChannel channel) {
        channel.shutdownOutput();
      }
      ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    }
  }
}
