package io.widecast.api;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.nio.charset.StandardCharsets;

/**
 * {@code /metrics}: every counter and gauge of the node, and the JVM's, in Prometheus' text format.
 * A name such as {@code frames.malformed} becomes {@code widecast_frames_malformed_total}.
 */
final class MetricsHandler implements AutoCloseable {

  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gcMetrics = new JvmGcMetrics();

  MetricsHandler(Metrics metrics) {
    for (Metric metric : Metric.values()) {
      FunctionCounter.builder("widecast." + metric.text(), metrics, m -> m.get(metric))
          .description(metric.meaning())
          .register(registry);
    }
    for (Gauge gauge : Gauge.values()) {
      io.micrometer.core.instrument.Gauge.builder(
              "widecast." + gauge.text(), metrics, m -> m.get(gauge))
          .description(gauge.meaning())
          .register(registry);
    }
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gcMetrics.bindTo(registry);
  }

  void get(Exchange exchange) {
    exchange.begin(200);
    exchange.send(CONTENT_TYPE, registry.scrape().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    gcMetrics.close();
    registry.close();
  }
}
