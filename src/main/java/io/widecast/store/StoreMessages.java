package io.widecast.store;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.widecast.bus.Bus;
import io.widecast.bus.LocalCodec;
import io.widecast.model.ErrorCode;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.DamagedBlockException;
import io.widecast.store.segment.Pba;
import java.util.List;
import java.util.Map;

/** The messages that the store adds to those of {@link io.widecast.bus.Bus}, and its refusals. */
public final class StoreMessages {

  private static final List<Class<? extends Record>> REQUESTS =
      List.of(
          StoreRequest.ViewAt.class,
          StoreRequest.HoldAt.class,
          StoreRequest.ViewSnapshot.class,
          StoreRequest.ViewNow.class,
          StoreRequest.ViewToCopy.class,
          StoreRequest.Release.class,
          StoreRequest.History.class,
          StoreRequest.TakeSnapshot.class,
          StoreRequest.ListSnapshots.class,
          StoreRequest.GetSnapshot.class,
          StoreRequest.DeleteSnapshot.class,
          StoreRequest.Diff.class,
          StoreRequest.Compact.class,
          StoreRequest.Damaged.class,
          StoreRequest.Verify.class,
          StoreRequest.Figures.class);

  private static final List<Class<? extends Record>> ANSWERS =
      List.of(
          HeldView.class,
          CopyView.class,
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
    vertx.eventBus().registerDefaultCodec(Refusal.class, new RefusalCodec());
  }

  /** Answers {@code message} with {@code refusal}, its extras included; see {@link #refusal}. */
  public static void refuse(Message<?> message, WidecastException refusal) {
    message.reply(new Refusal(refusal), Bus.LOCAL_ONLY);
  }

  /**
   * Why the store refused a request, from the failure its sender got: {@link ErrorCode#DISK_FULL},
   * {@link ErrorCode#OVERLOADED}, {@link ErrorCode#NOT_READY}, and what each {@link StoreRequest}
   * says; {@link ErrorCode#INTERNAL} for a store that has failed for good.
   */
  public static WidecastException refusal(Throwable failure) {
    if (failure instanceof Refusal refused) {
      return refused.why;
    }
    if (failure instanceof ReplyException) {
      return new WidecastException(ErrorCode.NOT_READY, "the store of this node does not answer");
    }
    return failure instanceof WidecastException refusal
        ? refusal
        : new WidecastException(ErrorCode.INTERNAL, String.valueOf(failure));
  }

  /**
   * The refusal of what would have to be read from a damaged place. It names no file: the node's
   * log does.
   */
  public static WidecastException damaged(StoreException damage) {
    String place = damage instanceof DamagedBlockException block ? Pba.text(block.pba()) : "a page";
    return new WidecastException(
        ErrorCode.INTERNAL,
        "what this node's disk holds of it is damaged ("
            + place
            + ") and is not served: ask another node. 'widecast verify' lists what is damaged; with an"
            + " empty node.data this node takes a new copy from the others");
  }

  /**
   * The refusal of a request below the horizon: the one place that says how far back one can go.
   *
   * @param asked the revision that was wanted
   */
  public static WidecastException compacted(long asked, Token horizon) {
    return new WidecastException(
        ErrorCode.COMPACTED,
        "revision "
            + asked
            + " is no longer held: this node's history begins at revision "
            + horizon.revision(),
        Map.of("compactRevision", horizon.revision()));
  }

  /** What a sender's future fails with: a reply that carries the whole refusal, not a text only. */
  private static final class Refusal extends ReplyException {

    private final transient WidecastException why;

    private Refusal(WidecastException why) {
      super(ReplyFailure.RECIPIENT_FAILURE, why.code().ordinal(), why.detail());
      this.why = why;
    }
  }

  /** As {@link LocalCodec}, for what is no record. */
  private static final class RefusalCodec implements MessageCodec<Refusal, Refusal> {

    @Override
    public Refusal transform(Refusal refusal) {
      return refusal;
    }

    @Override
    public String name() {
      return "local:" + Refusal.class.getName();
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }

    @Override
    public void encodeToWire(Buffer out, Refusal refusal) {
      throw new UnsupportedOperationException("refusals are local only: send with LOCAL_ONLY");
    }

    @Override
    public Refusal decodeFromWire(int position, Buffer in) {
      throw new UnsupportedOperationException("refusals are local only");
    }
  }
}
