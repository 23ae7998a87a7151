package io.widecast.api;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import java.util.List;

/**
 * The table of everything that is served. {@code /openapi.json} describes the same; a test
 * compares.
 */
final class Routes {

  private Routes() {}

  /** What answers the requests, each for its resource. */
  record Handlers(
      KvHandler kv,
      ListHandler list,
      PublishHandler publish,
      WatchHandler watch,
      StreamHandler stream,
      ClusterHandler cluster,
      HealthHandler health,
      MetricsHandler metrics,
      StaticFiles files) {}

  static List<Route> of(Handlers to) {
    return List.of(
        new Route(GET, "/v1/kv", to.list()::list),
        new Route(GET, "/v1/kv/{key}", to.kv()::get),
        new Route(PUT, "/v1/kv/{key}", to.kv()::put),
        new Route(DELETE, "/v1/kv/{key}", to.kv()::delete),
        new Route(POST, "/v1/publish", to.publish()::post),
        new Route(GET, "/v1/watch", to.watch()::get),
        new Route(GET, "/v1/stream", to.stream()::get),
        new Route(GET, "/v1/cluster", to.cluster()::cluster),
        new Route(GET, "/v1/visibility/{revision}", to.cluster()::visibility),
        new Route(GET, "/v1/history/{key}", later("the history of a key")),
        new Route(GET, "/v1/snapshots", later("the list of snapshots")),
        new Route(POST, "/v1/snapshots", later("taking a snapshot")),
        new Route(GET, "/v1/snapshots/diff", later("the difference of two snapshots")),
        new Route(GET, "/v1/snapshots/{name}", later("a snapshot")),
        new Route(DELETE, "/v1/snapshots/{name}", later("deleting a snapshot")),
        new Route(GET, "/v1/snapshots/{name}/download", later("saving a snapshot")),
        new Route(POST, "/v1/compact", later("compaction")),
        new Route(POST, "/v1/verify", later("verification")),
        new Route(GET, "/livez", to.health()::live),
        new Route(GET, "/readyz", to.health()::ready),
        new Route(GET, "/metrics", to.metrics()::get),
        new Route(GET, "/openapi.json", to.files()::description),
        new Route(GET, "/", to.files()::index),
        new Route(GET, "/console/{file}", to.files()::console));
  }

  private static Route.Handler later(String what) {
    return exchange -> exchange.fail(Reads.later(what));
  }
}
