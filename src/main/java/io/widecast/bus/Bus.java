package io.widecast.bus;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.List;

/**
 * Addresses of a node's local event bus. State updates flow
 *
 * <pre>
 * API --PUBLISH--> replication --LOG--> store      (on disk)
 *                  replication --COMMITTED--> store --APPLIED--> API, watches, streams, expiry
 * </pre>
 *
 * All messages are immutable records handed over by {@link LocalCodec}. Requests carry their own
 * back-pressure; what is published is never requested again, so receivers check positions.
 */
public final class Bus {

  /** Request {@link PublishBatch}, answered with {@link PublishOutcomes}. Owner: replication. */
  public static final String PUBLISH = "widecast.publish";

  /** Request {@link AskRead}, answered with {@link ReadAnswered}. Owner: replication. */
  public static final String READ = "widecast.read";

  /** Request {@link LogWrite}, answered with {@link LogDurable}, in order. Owner: the store. */
  public static final String LOG = "widecast.log";

  /** Request {@link LogRead}, answered with {@link LogSlice}. Owner: the store. */
  public static final String LOG_READ = "widecast.log.read";

  /** Request {@link AskRecovery}, answered with {@link Recovery}. Owner: the store. */
  public static final String RECOVERY = "widecast.recovery";

  /** {@link Committed}, from replication (core) or the home stream (edge) to the store. */
  public static final String COMMITTED = "widecast.committed";

  /** Request {@link CopyPart}, answered with {@link CopyTaken}, in order. Owner: the store. */
  public static final String COPY = "widecast.copy";

  /** Request {@link AskHeld}, answered with {@link Held}. Owner: the store. */
  public static final String HELD = "widecast.held";

  /** {@code store.Applied}, published by the store after every batch: the feed of all readers. */
  public static final String APPLIED = "widecast.applied";

  /**
   * Request {@code store.AskView}, answered with a {@code store.Applied} that has jumped: for
   * readers that begin later. Listen on {@link #APPLIED} first, then ask, then skip what the view
   * holds.
   */
  public static final String VIEW = "widecast.view";

  /** Request {@code store.StoreRequest}, answered as each says. Owner: the store. */
  public static final String STORE = "widecast.store";

  /** {@link StoreDamaged}, published by the store while it is. */
  public static final String DAMAGED = "widecast.damaged";

  /** {@link NodeStatus}, published on each change and at least every 500 ms. */
  public static final String STATUS = "widecast.status";

  /** {@link EdgeReport}, from the streams a core node serves to its replication. */
  public static final String EDGES = "widecast.edges";

  /** {@link SiteMembers}, from the cluster manager, whenever its view changes. */
  public static final String MEMBERS = "widecast.members";

  /** Request {@code StreamFrame.Fetch}, answered with {@code Fetched}. Owner: replication. */
  public static final String FETCH = "widecast.fetch";

  /** Request {@link AskRequests}, answered with {@link KnownRequests}. Owner: replication. */
  public static final String REQUESTS = "widecast.requests";

  /** Header of messages that another core node sent: never to be passed on to a third. */
  public static final String FROM_CORE = "from-core";

  /** No clustered bus, no copy: what every send on these addresses uses. */
  public static final DeliveryOptions LOCAL_ONLY =
      new DeliveryOptions().setLocalOnly(true).setSendTimeout(60_000);

  /** Request {@link AskHandOver}, answered with {@link HandedOver}. Owner: replication. */
  public static final String HAND_OVER = "widecast.hand-over";

  private static final List<Class<? extends Record>> MESSAGES =
      List.of(
          PublishBatch.class,
          PublishOutcomes.class,
          LogWrite.class,
          LogDurable.class,
          LogRead.class,
          LogSlice.class,
          AskRecovery.class,
          AskRead.class,
          AskRequests.class,
          AskHandOver.class,
          HandedOver.class,
          KnownRequests.class,
          ReadAnswered.class,
          Recovery.class,
          Committed.class,
          CopyPart.Begin.class,
          CopyPart.Piece.class,
          CopyPart.Requests.class,
          CopyPart.End.class,
          CopyTaken.class,
          AskHeld.class,
          Held.class,
          StoreDamaged.class,
          NodeStatus.class,
          EdgeReport.class,
          SiteMembers.class);

  private Bus() {}

  /** Registers the codec of every message of this package; once for each Vert.x. */
  public static void registerCodecs(Vertx vertx) {
    MESSAGES.forEach(type -> LocalCodec.register(vertx, type));
  }
}
