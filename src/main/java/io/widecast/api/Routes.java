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
      HistoryHandler history,
      SnapshotHandler snapshots,
      StoreHandler store,
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
        new Route(POST, "/v1/cluster/handover", to.cluster()::handOver),
        new Route(GET, "/v1/visibility/{revision}", to.cluster()::visibility),
        new Route(GET, "/v1/history/{key}", to.history()::get),
        new Route(POST, "/v1/compact", to.history()::compact),
        new Route(GET, "/v1/snapshots", to.snapshots()::list),
        new Route(POST, "/v1/snapshots", to.snapshots()::create),
        new Route(GET, "/v1/snapshots/diff", to.snapshots()::diff),
        new Route(GET, "/v1/snapshots/{name}", to.snapshots()::get),
        new Route(DELETE, "/v1/snapshots/{name}", to.snapshots()::delete),
        new Route(GET, "/v1/snapshots/{name}/download", to.snapshots()::download),
        new Route(GET, "/v1/store", to.store()::figures),
        new Route(POST, "/v1/verify", to.store()::verify),
        new Route(GET, "/livez", to.health()::live),
        new Route(GET, "/readyz", to.health()::ready),
        new Route(GET, "/metrics", to.metrics()::get),
        new Route(GET, "/openapi.json", to.files()::description),
        new Route(GET, "/", to.files()::index),
        new Route(GET, "/console/{file}", to.files()::console));
  }
}
