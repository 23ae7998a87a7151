package io.widecast.store;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.widecast.bus.LocalCodec;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.List;

/** The messages that the store adds to those of {@link io.widecast.bus.Bus}, and its refusals. */
public final class StoreMessages {

  private static final List<Class<? extends Record>> REQUESTS =
      List.of(
          StoreRequest.ViewAt.class,
          StoreRequest.ViewSnapshot.class,
          StoreRequest.ViewNow.class,
          StoreRequest.Release.class,
          StoreRequest.History.class,
          StoreRequest.TakeSnapshot.class,
          StoreRequest.ListSnapshots.class,
          StoreRequest.GetSnapshot.class,
          StoreRequest.DeleteSnapshot.class,
          StoreRequest.Diff.class,
          StoreRequest.Compact.class,
          StoreRequest.Verify.class,
          StoreRequest.Figures.class);

  private static final List<Class<? extends Record>> ANSWERS =
      List.of(
          HeldView.class,
          HeldDiff.class,
          KeyHistory.class,
          SnapshotInfo.class,
          SnapshotList.class,
          Compacted.class,
          VerifyReport.class,
          StoreFigures.class);

  private StoreMessages() {}

  /** Registers their codecs; once for each Vert.x. */
  public static void registerCodecs(Vertx vertx) {
    LocalCodec.register(vertx, Applied.class);
    LocalCodec.register(vertx, AskView.class);
    REQUESTS.forEach(type -> LocalCodec.register(vertx, type));
    ANSWERS.forEach(type -> LocalCodec.register(vertx, type));
  }

  /** Answers {@code message} with {@code refusal}; see {@link #refusal}. */
  static void refuse(Message<?> message, WidecastException refusal) {
    message.fail(refusal.code().ordinal(), refusal.detail());
  }

  /**
   * Why the store refused a request, from the failure its sender got: {@link ErrorCode#DISK_FULL},
   * {@link ErrorCode#OVERLOADED}, {@link ErrorCode#NOT_READY}; {@link ErrorCode#INTERNAL} for a
   * store that has failed for good.
   */
  public static WidecastException refusal(Throwable failure) {
    if (failure instanceof ReplyException reply) {
      if (reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
          && reply.failureCode() >= 0
          && reply.failureCode() < ErrorCode.values().length) {
        return new WidecastException(
            ErrorCode.values()[reply.failureCode()], String.valueOf(reply.getMessage()));
      }
      return new WidecastException(ErrorCode.NOT_READY, "the store of this node does not answer");
    }
    return failure instanceof WidecastException refusal
        ? refusal
        : new WidecastException(ErrorCode.INTERNAL, String.valueOf(failure));
  }
}
