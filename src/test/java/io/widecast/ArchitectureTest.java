package io.widecast;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Which package may know which, and what keeps away from sockets, threads and the clock, so that
 * the simulator can replay it.
 *
 * <pre>
 * model  ←  wire, config, bus, metrics, faults, net  ←  resync  ←  store  ←  replication, watch,
 *        cluster
 *        ←  api  ←  node  ←  cli;   sim imports the cores, client only model and wire
 * </pre>
 */
@AnalyzeClasses(packages = "io.widecast", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "io.widecast.";

  @ArchTest static final ArchRule modelKnowsNothing = only("model");

  @ArchTest static final ArchRule wireCarriesModelAndBus = only("wire", "model", "bus");

  @ArchTest static final ArchRule configKnowsTheModel = only("config", "model");

  @ArchTest static final ArchRule metricsKnowTheModel = only("metrics", "model");

  @ArchTest static final ArchRule faultsKnowTheModel = only("faults", "model");

  @ArchTest static final ArchRule busCarriesTheModel = only("bus", "model");

  @ArchTest
  static final ArchRule netCarriesBytesAndFrames =
      only("net", "model", "wire", "config", "metrics", "faults", "bus");

  @ArchTest static final ArchRule resyncKnowsModelAndWire = only("resync", "model", "wire");

  @ArchTest
  static final ArchRule storeKnowsTheFoundation =
      only("store", "model", "wire", "config", "bus", "metrics", "faults", "resync");

  @ArchTest
  static final ArchRule replicationKnowsUpToTheStore =
      only(
          "replication",
          "model",
          "wire",
          "config",
          "bus",
          "metrics",
          "faults",
          "net",
          "resync",
          "store");

  @ArchTest
  static final ArchRule watchKnowsUpToTheStore =
      only("watch", "model", "wire", "config", "bus", "metrics", "store");

  @ArchTest
  static final ArchRule clusterKnowsTheFoundation =
      only("cluster", "model", "config", "bus", "metrics");

  @ArchTest
  static final ArchRule apiMeetsReplicationOnTheBus =
      only("api", "model", "wire", "config", "bus", "metrics", "store", "watch");

  @ArchTest static final ArchRule clientKnowsModelAndWire = only("client", "model", "wire");

  @ArchTest
  static final ArchRule nothingKnowsTheNodeButWhatStartsIt =
      noClasses()
          .that(not("node", "cli", "bench"))
          .should()
          .dependOnClassesThat(resideInAPackage(ROOT + "node.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .that(not("cli", "bench"))
          .should()
          .dependOnClassesThat(resideInAnyPackage(ROOT + "cli..", ROOT + "bench.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nothingButTheCommandLineKnowsTheSimulator =
      noClasses()
          .that(not("sim", "cli", "bench"))
          .should()
          .dependOnClassesThat(resideInAPackage(ROOT + "sim.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.widecast.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule replicationCoresDoNotKnowEachOther =
      slices()
          .matching("io.widecast.replication.(order|lan|wan|election)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule replicationCoresDoNotKnowTheStore =
      noClasses()
          .that(
              resideInAnyPackage(
                  ROOT + "replication.order..",
                  ROOT + "replication.lan..",
                  ROOT + "replication.wan..",
                  ROOT + "replication.election.."))
          .should()
          .dependOnClassesThat(resideInAPackage(ROOT + "store.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule coresHaveNoVertxAndNoSockets =
      noClasses()
          .that(cores())
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.vertx..", "io.netty..", "java.net..", "com.hazelcast.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule replicationUsesVertxInVerticlesOnly =
      noClasses()
          .that(resideInAPackage(ROOT + "replication..").and(noVerticle()))
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.vertx..", "io.netty.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theStoreOnDiskAndTheSimulatorHaveNoVertx =
      noClasses()
          .that(resideInAnyPackage(ROOT + "metrics..", ROOT + "store.*..", ROOT + "sim.."))
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.vertx..", "io.netty.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule onlyNetAndApiSpeakToNetty =
      noClasses()
          .that(not("net", "api"))
          .should()
          .dependOnClassesThat(resideInAPackage("io.netty.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule coresHaveNoThreads =
      noClasses()
          .that(cores())
          .should()
          .dependOnClassesThat(
              resideInAPackage("java.util.concurrent..")
                  .and(
                      DescribedPredicate.not(
                          JavaClass.Predicates.type(java.util.concurrent.TimeUnit.class))))
          .orShould()
          .dependOnClassesThat(assignableTo(Thread.class))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule coresDoNotAskForTheTime =
      noClasses()
          .that(cores())
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule coresDrawNothingThatNoSeedRepeats =
      noClasses()
          .that(cores())
          .should()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callConstructor(Random.class)
          .orShould()
          .callMethod(ThreadLocalRandom.class, "current")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule coresDoNotLog =
      noClasses()
          .that(cores())
          .should()
          .dependOnClassesThat(resideInAPackage("org.slf4j.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nobodyPrintsButTheCommandLine =
      noClasses()
          .that(not("cli", "bench"))
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .allowEmptyShould(true);

  /** The classes of {@code name} use no package of ours but itself and {@code allowed}. */
  private static ArchRule only(String name, String... allowed) {
    String[] packages =
        Stream.concat(Stream.of(name), Arrays.stream(allowed))
            .map(part -> ROOT + part + "..")
            .toArray(String[]::new);
    return classes()
        .that(resideInAPackage(ROOT + name + ".."))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(packages)
                .or(DescribedPredicate.not(resideInAPackage("io.widecast.."))))
        .as(name + " knows of ours only itself and " + Arrays.toString(allowed))
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> not(String... names) {
    String[] packages = Arrays.stream(names).map(n -> ROOT + n + "..").toArray(String[]::new);
    return DescribedPredicate.not(resideInAnyPackage(packages));
  }

  /**
   * What decides: whole packages of cores but for their verticles. The replication's own package is
   * the shell around those below it.
   */
  private static DescribedPredicate<JavaClass> cores() {
    return resideInAnyPackage(
            ROOT + "model..",
            ROOT + "faults..",
            ROOT + "replication.order..",
            ROOT + "replication.lan..",
            ROOT + "replication.wan..",
            ROOT + "replication.election..",
            ROOT + "replication.expiry..",
            ROOT + "replication.log..",
            ROOT + "watch..")
        .and(noVerticle());
  }

  private static DescribedPredicate<JavaClass> noVerticle() {
    return new DescribedPredicate<>("no verticle") {
      @Override
      public boolean test(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
          outer = outer.getEnclosingClass().get();
        }
        return !outer.getSimpleName().endsWith("Verticle");
      }
    };
  }
}
