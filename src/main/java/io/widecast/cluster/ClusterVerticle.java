package io.widecast.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.widecast.bus.Bus;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the site's cluster in the background and publishes {@link io.widecast.bus.SiteMembers} on
 * {@link Bus#MEMBERS} of the node's own Vert.x, at each change and every {@value #REPEAT_MILLIS}
 * ms. Deploying it takes no time and never fails: joining is tried until it works, and a node
 * without it serves all the same. Owns a second, clustered Vert.x with threads of its own; event
 * loop.
 */
public final class ClusterVerticle extends VerticleBase {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);

  static final long REPEAT_MILLIS = 3_000;

  private static final long RETRY_MILLIS_MIN = 2_000;
  private static final long RETRY_MILLIS_MAX = 60_000;

  /** A node that stops waits no longer for a cluster that does not let it go. */
  private static final long CLOSE_SECONDS_MAX = 8;

  private record Joined(Vertx clustered, HazelcastInstance hazelcast) {}

  private final ClusterOptions options;
  private final SiteView view;
  private Future<Joined> joining; // the last attempt
  private HazelcastInstance hazelcast; // null until joined
  private long retryMillis = RETRY_MILLIS_MIN;
  private boolean stopped;

  public ClusterVerticle(ClusterOptions options) {
    this.options = options;
    this.view = new SiteView(options.siteId());
  }

  @Override
  public Future<?> start() {
    vertx.setPeriodic(REPEAT_MILLIS, id -> look(true));
    join(options.httpUrl().get(), options.unicastPort().getAsInt());
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    stopped = true;
    hazelcast = null;
    return joining
        .compose(joined -> joined.clustered().close())
        .timeout(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
        .otherwiseEmpty(); // not joined, or gone without a word: the others see it either way
  }

  private void join(String httpUrl, int unicastPort) {
    Promise<Joined> promise = Promise.promise();
    joining = promise.future();
    // A thread of no Vert.x: name look-up blocks, and the second Vert.x must not start inside the
    // node's own.
    var starter = new Thread(() -> build(httpUrl, unicastPort, promise), "widecast-cluster-join");
    starter.setDaemon(true);
    starter.start();
    joining
        .onSuccess(joined -> context.runOnContext(go -> onJoined(joined)))
        .onFailure(e -> context.runOnContext(go -> onRefused(e, httpUrl, unicastPort)));
  }

  private void build(String httpUrl, int unicastPort, Promise<Joined> promise) {
    try {
      String address = ipv4(options.host());
      // Found out here, a taken port is one line in the log rather than three stack traces.
      new ServerSocket(options.port(), 1, InetAddress.getByName(address)).close();
      var manager =
          new HazelcastClusterManager(HazelcastConfig.of(options, address, httpUrl, unicastPort));
      Vertx.builder()
          .with(clustered(address))
          .withClusterManager(manager)
          .buildClustered()
          .map(clustered -> new Joined(clustered, manager.getHazelcastInstance()))
          .onComplete(promise);
    } catch (IOException | RuntimeException e) { // whatever it is, the node goes on without
      promise.fail(e);
    }
  }

  private void onJoined(Joined joined) {
    if (!stopped) {
      hazelcast = joined.hazelcast();
      hazelcast.getCluster().addMembershipListener(new Changes());
      look(true);
    }
  }

  private void onRefused(Throwable failure, String httpUrl, int unicastPort) {
    if (!stopped) {
      LOG.warn(
          "joining the cluster at {}:{} failed and is tried again in {} s; replication goes on"
              + " without: {}",
          options.host(),
          options.port(),
          TimeUnit.MILLISECONDS.toSeconds(retryMillis),
          reason(failure));
      vertx.setTimer(retryMillis, id -> join(httpUrl, unicastPort));
      retryMillis = Math.min(retryMillis * 2, RETRY_MILLIS_MAX);
    }
  }

  private void look(boolean publishUnchanged) {
    if (hazelcast == null || stopped) {
      return;
    }
    try {
      var present = new ArrayList<Sighting>();
      for (Member member : hazelcast.getCluster().getMembers()) {
        present.add(sighting(member));
      }
      SiteView.Update update = view.update(present);
      update.warnings().forEach(LOG::warn);
      if (update.changed()) {
        LOG.info(
            "members of site {}: {}",
            options.siteId(),
            update.members().members().stream().map(member -> member.id().text()).toList());
      }
      if (update.changed() || publishUnchanged) {
        vertx.eventBus().publish(Bus.MEMBERS, update.members(), Bus.LOCAL_ONLY);
      }
    } catch (HazelcastInstanceNotActiveException e) { // during a merge; the next look will do
      LOG.debug("the cluster manager is not active", e);
    }
  }

  private static Sighting sighting(Member member) {
    InetAddress address = member.getSocketAddress().getAddress();
    return new Sighting(
        member.getUuid().toString(),
        address == null ? member.getAddress().getHost() : address.getHostAddress(),
        member.getAttributes());
  }

  /** Small: it carries membership and nothing that anyone waits for. */
  private static VertxOptions clustered(String address) {
    return new VertxOptions()
        .setEventLoopPoolSize(1)
        .setWorkerPoolSize(2)
        .setInternalBlockingPoolSize(2)
        .setUseDaemonThread(true)
        // Joining blocks one of its own threads for seconds, which is expected here.
        .setMaxWorkerExecuteTime(TimeUnit.MINUTES.toNanos(2))
        .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false))
        .setEventBusOptions(new EventBusOptions().setHost(address).setPort(0));
  }

  private static String ipv4(String host) throws IOException {
    for (InetAddress address : InetAddress.getAllByName(host)) {
      if (address instanceof Inet4Address) {
        return address.getHostAddress();
      }
    }
    throw new IOException("'" + host + "' has no IPv4 address");
  }

  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  /** On Hazelcast's threads. */
  private final class Changes implements MembershipListener {

    @Override
    public void memberAdded(MembershipEvent event) {
      context.runOnContext(go -> look(false));
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      context.runOnContext(go -> look(false));
    }
  }
}
