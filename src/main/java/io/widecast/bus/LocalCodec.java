package io.widecast.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** Hands an immutable record to local consumers as it is: no copy, and never to another node. */
public record LocalCodec<T extends Record>(Class<T> type) implements MessageCodec<T, T> {

  /** Makes {@code type} sendable on {@code vertx}'s local bus; once for each type and Vert.x. */
  public static <T extends Record> void register(Vertx vertx, Class<T> type) {
    vertx.eventBus().registerDefaultCodec(type, new LocalCodec<>(type));
  }

  @Override
  public T transform(T message) {
    return message;
  }

  @Override
  public String name() {
    return "local:" + type.getName();
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }

  @Override
  public void encodeToWire(Buffer out, T message) {
    throw new UnsupportedOperationException(type + " is local only: send it with LOCAL_ONLY");
  }

  @Override
  public T decodeFromWire(int position, Buffer in) {
    throw new UnsupportedOperationException(type + " is local only");
  }
}
