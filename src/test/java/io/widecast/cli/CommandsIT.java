package io.widecast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.widecast.cli.Console.Run;
import io.widecast.client.ScriptedNode;
import io.widecast.store.snapfile.SampleSnapshots;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client commands against a node that does as it is told. */
class CommandsIT {

  private static final String CLUSTER =
      """
      {"epoch":3,"revision":1042,"master":"paris-1","sites":[
        {"id":"paris","home":true,"nodes":[
          {"id":"paris-1","role":"master","state":"active","revision":1042,"lagMs":0,
           "filter":["**"],"wanBacklog":0}]},
        {"id":"tokyo","home":false,"nodes":[
          {"id":"tokyo-1","role":"edge","state":"stale","revision":1000,"lagMs":1500,
           "filter":["city/JP/**","city/IN/**"],"wanBacklog":77}]}]}
      """;

  private final Console console = new Console();
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private Vertx vertx;
  private ScriptedNode node;
  private volatile Handler<HttpServerRequest> script = request -> {};

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    node =
        new ScriptedNode(
            vertx,
            request -> {
              seen.add(request.method() + " " + request.uri());
              script.handle(request);
            });
    console.environment.put("WIDECAST_ENDPOINT", node.url());
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void putSendsConditionsParametersAndTheBody() {
    script =
        request ->
            request.bodyHandler(
                body -> {
                  seen.add(
                      request.getHeader("Content-Type")
                          + " "
                          + request.getHeader("If-None-Match")
                          + " "
                          + request.getHeader("If-Match")
                          + " "
                          + body);
                  request.response().setStatusCode(201).putHeader("ETag", "\"3.8\"").end();
                });
    console.input = "from input".getBytes(StandardCharsets.UTF_8);

    Run text =
        console.run(
            "kv",
            "put",
            "a/b",
            "é",
            "--if-absent",
            "--ttl",
            "30s",
            "--ack",
            "all",
            "--wait",
            "visible:all");
    Run piped = console.run("kv", "put", "a/b", "-", "--if-match", "3.7");

    assertThat(text)
        .isEqualTo(new Run(0, text.bytes(), ""))
        .extracting(Run::out)
        .isEqualTo("created 3.8\n");
    assertThat(piped.code()).isZero();
    assertThat(seen)
        .containsExactly(
            "PUT /v1/kv/a/b?ack=all&ttl=30s&wait=visible%3Aall",
            "text/plain * null é",
            "PUT /v1/kv/a/b",
            "application/octet-stream null \"3.7\" from input");
  }

  @Test
  void getPrintsTheBytesAlone() {
    byte[] value = {0, (byte) 0xff, '\n', 'x'};
    script = request -> request.response().putHeader("ETag", "\"3.8\"").end(Buffer.buffer(value));

    Run piped = console.run("kv", "get", "k", "--token", "--consistency", "master");
    console.terminal = true;
    Run shown = console.run("kv", "get", "k");

    assertThat(piped.bytes()).isEqualTo(value);
    assertThat(piped.err()).isEqualTo("3.8\n");
    assertThat(shown.bytes()).hasSize(value.length + 1).endsWith('\n');
    assertThat(seen).first().isEqualTo("GET /v1/kv/k?consistency=master");
  }

  @Test
  void exitCodesTellAbsentKeysAndFailedConditionsApart() {
    script = request -> problem(request, 404, "not-found", "no key k", "");
    assertThat(console.run("kv", "get", "k").code()).isEqualTo(3);
    Run deleted = console.run("kv", "del", "k");
    assertThat(deleted.code()).isEqualTo(3);
    assertThat(deleted.err()).isEqualTo("no key k\n");

    script = request -> problem(request, 412, "precondition-failed", "it is at 3.9", "");
    Run conditioned = console.run("kv", "put", "k", "v", "--if-match", "3.8");
    assertThat(conditioned.code()).isEqualTo(4);
    assertThat(conditioned.err()).isEqualTo("it is at 3.9\n");

    script = request -> problem(request, 507, "disk-full", "free some space", "");
    assertThat(console.run("kv", "put", "k", "v").code()).isEqualTo(1);
  }

  @Test
  void anEndpointWhereNobodyListensIsSaidInOneSentence() {
    Run run = console.run("kv", "get", "k", "--endpoint", "http://127.0.0.1:1");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines()).singleElement().asString().contains("http://127.0.0.1:1");
  }

  @Test
  void lsListsKeysRowsOrJson() {
    script =
        request ->
            request
                .response()
                .end(
                    "{\"revision\":9,\"epoch\":1,\"pairs\":[{\"key\":\"a\",\"value\":{\"x\":1},"
                        + "\"contentType\":\"application/json\",\"createRevision\":1,"
                        + "\"revision\":2,\"version\":3},{\"key\":\"b\",\"createRevision\":1,"
                        + "\"revision\":4,\"version\":1,\"ttl\":5}]}");

    assertThat(console.run("kv", "ls", "p/").out()).isEqualTo("a\nb\n");
    assertThat(console.run("kv", "ls", "--limit", "1").out()).isEqualTo("a\n");
    assertThat(console.run("kv", "ls", "-l").out())
        .isEqualTo(
            """
              REVISION  VERSION       TTL  KEY
                     2        3         -  a
                     4        1        5s  b
            """
                .replaceFirst("^ *REV", "  REV"));
    assertThat(console.run("kv", "ls", "-o", "json", "--values").out())
        .startsWith("{\"key\":\"a\",\"value\":{\"x\":1},\"contentType\":\"application/json\"");
    assertThat(seen)
        .containsExactly(
            "GET /v1/kv?keysOnly=true&prefix=p%2F",
            "GET /v1/kv?keysOnly=true&limit=1&prefix=",
            "GET /v1/kv?keysOnly=true&prefix=",
            "GET /v1/kv?prefix=");
  }

  @Test
  void publishStreamsAFileAndSaysWhatBecameOfIt(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("pairs.ndjson.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":2}\n".getBytes("UTF-8"));
    }
    script =
        request ->
            request.bodyHandler(
                body -> {
                  seen.add(
                      request.getHeader("Content-Type") + " " + body.toString().lines().count());
                  request
                      .response()
                      .end("{\"published\":2,\"firstRevision\":7,\"lastRevision\":8}");
                });

    Run run = console.run("publish", file.toString(), "--ack", "memory");

    assertThat(run.out()).isEqualTo("published 2, revisions 7..8\n");
    assertThat(run.err()).isEmpty();
    assertThat(seen).containsExactly("POST /v1/publish?ack=memory", "application/x-ndjson 2");
  }

  @Test
  void publishNamesTheBadLineAndWhatWasAccepted() {
    console.input = "{}\n".getBytes(StandardCharsets.UTF_8);
    script =
        request ->
            request.bodyHandler(
                body ->
                    problem(
                        request,
                        400,
                        "bad-json",
                        "no key",
                        ",\"line\":3,\"published\":2,\"lastRevision\":8"));

    Run run = console.run("publish", "-");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).isEqualTo("line 3: no key; published in all: 2, up to revision 8\n");
  }

  @Test
  void publishThatMayHaveBeenWrittenSaysHowToGoOn() {
    console.input = "{}\n".getBytes(StandardCharsets.UTF_8);
    script = request -> request.connection().close();

    Run run = console.run("publish", "-", "--idempotency-key", "mine");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("without writing a line twice, add --idempotency-key mine");
  }

  @Test
  void watchPrintsFramesAndEndsWithAnError() {
    ScriptedNode.Script frames =
        (socket, request) -> {
          socket.writeTextMessage("{\"id\":1,\"ok\":true}");
          socket.writeTextMessage(
              "{\"watch\":1,\"events\":[{\"type\":\"put\",\"key\":\"a\",\"value\":\"x\\ny\","
                  + "\"contentType\":\"text/plain\",\"revision\":1,\"version\":1}]}");
          socket.writeTextMessage("{\"watch\":1,\"snapshotEnd\":true,\"token\":\"1.1\"}");
          socket.writeTextMessage(
              "{\"watch\":1,\"token\":\"1.2\",\"skipped\":4,\"events\":[{\"type\":\"delete\","
                  + "\"key\":\"a\",\"expired\":true,\"revision\":2,\"version\":0}]}");
          socket.writeTextMessage("{\"watch\":1,\"bookmark\":true,\"token\":\"1.3\"}");
          socket.writeTextMessage("{\"watch\":1,\"reset\":true}");
          socket.close((short) 4500, "over");
        };
    node.then(frames).then(frames);

    Run text = console.run("watch", "a/**", "b");
    Run json = console.run("watch", "**", "--format", "json", "--since", "1.0", "--no-values");

    assertThat(text.code()).isEqualTo(1);
    assertThat(text.err()).contains("4500 over");
    assertThat(text.out())
        .isEqualTo(
            """
            1 put    a x·y
            # copy complete at 1.1
            2 expire a
            # too slow: 4 events replaced by newer ones
            # reset: forget everything, a new copy follows
            """);
    assertThat(node.asked.get(0).getJsonArray("match")).containsExactly("a/**", "b");
    assertThat(node.asked.get(1))
        .isEqualTo(
            new JsonObject(
                "{\"id\":1,\"op\":\"watch\",\"match\":[\"**\"],\"since\":\"1.0\",\"values\":false}"));
    assertThat(json.code()).isEqualTo(1);
  }

  @Test
  void clusterAndLagAreTablesOrJson() {
    script = request -> request.response().end(CLUSTER);

    assertThat(console.run("cluster").out())
        .isEqualTo(
            """
            epoch 3, revision 1042, master paris-1

            SITE          NODE     ROLE    STATE   REVISION  BACKLOG  FILTER
            paris (home)  paris-1  master  active      1042        0  **
            tokyo         tokyo-1  edge    stale       1000       77  city/JP/** city/IN/**
            """);
    assertThat(console.run("lag").out())
        .isEqualTo(
            """
            NODE     SITE   STATE   REVISION  BEHIND  LAG MS
            paris-1  paris  active      1042       0       0
            tokyo-1  tokyo  stale       1000      42    1500
            """);
    assertThat(new JsonObject(console.run("cluster", "-o", "json").out()))
        .isEqualTo(new JsonObject(CLUSTER));
  }

  @Test
  void visibilitySaysWhoHasIt() {
    script =
        request ->
            request
                .response()
                .end(
                    "{\"epoch\":3,\"revision\":7,\"nodes\":[{\"id\":\"a\",\"site\":\"s\","
                        + "\"state\":\"visible\",\"at\":\"2026-01-01T00:00:00Z\"},"
                        + "{\"id\":\"b\",\"site\":\"t\",\"state\":\"pending\"}]}");

    assertThat(console.run("visibility", "7").out())
        .isEqualTo(
            """
            NODE  SITE  STATE    AT
            a     s     visible  2026-01-01T00:00:00Z
            b     t     pending  -
            """);
    assertThat(seen).containsExactly("GET /v1/visibility/7");
  }

  @Test
  void whatThisNodeCannotDoIsSaidInItsOwnWords() {
    script = request -> problem(request, 501, "not-implemented", "snapshots come later", "");

    Run run = console.run("snapshot", "list");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).isEqualTo("snapshots come later\n");
  }

  @Test
  void snapshotsAreTakenListedComparedAndDeleted() {
    String snapshot =
        "{\"name\":\"n\",\"revision\":4,\"epoch\":1,\"createdAt\":\"2026-01-01T00:00:00Z\","
            + "\"keys\":7,\"bytes\":70,\"state\":\"deleting\",\"progress\":0.25}";
    script =
        request ->
            request
                .response()
                .end(
                    request.path().endsWith("diff")
                        ? "{\"key\":\"a\",\"change\":\"added\"}\n"
                        : request.method() == HttpMethod.GET && request.path().endsWith("snapshots")
                            ? "{\"snapshots\":[" + snapshot + "]}"
                            : snapshot);

    assertThat(console.run("snapshot", "create", "n").code()).isZero();
    assertThat(console.run("snapshot", "list").out())
        .isEqualTo(
            """
            NAME  REVISION  CREATED               KEYS  BYTES  STATE
            n            4  2026-01-01T00:00:00Z     7     70  deleting, 25 %
            """);
    assertThat(console.run("snapshot", "inspect", "n").out()).contains("\"revision\" : 4");
    assertThat(console.run("snapshot", "delete", "n").code()).isZero();
    assertThat(console.run("snapshot", "diff", "n").out())
        .isEqualTo("{\"key\":\"a\",\"change\":\"added\"}\n");
    assertThat(seen)
        .containsExactly(
            "POST /v1/snapshots",
            "GET /v1/snapshots",
            "GET /v1/snapshots/n",
            "DELETE /v1/snapshots/n",
            "GET /v1/snapshots/diff?from=n&to=now");
  }

  @Test
  void verifyFailsOnAnAlarm() {
    script =
        request ->
            request
                .response()
                .end(
                    "{\"sound\":false,\"revision\":4,\"alarms\":[{\"kind\":\"crc\","
                        + "\"where\":\"log\",\"detail\":\"torn\"}]}");

    Run verified = console.run("verify");

    assertThat(verified.code()).isEqualTo(1);
    assertThat(verified.out()).startsWith("NOT SOUND at revision 4\n").contains("crc", "torn");
    assertThat(verified.err()).isEmpty();
    assertThat(seen).containsExactly("POST /v1/verify");
  }

  @Test
  void historyAndCompactionTellWhatThereIs() {
    script =
        request ->
            request
                .response()
                .end(
                    request.path().endsWith("compact")
                        ? "{\"compactRevision\":7}"
                        : "{\"key\":\"a/b\",\"versions\":["
                            + "{\"epoch\":1,\"revision\":9,\"type\":\"delete\",\"version\":0,"
                            + "\"expired\":true},"
                            + "{\"epoch\":1,\"revision\":7,\"type\":\"put\",\"version\":1,"
                            + "\"value\":\"x\\ny\"}],\"more\":true}");

    assertThat(console.run("kv", "history", "a/b", "--limit", "2").out())
        .isEqualTo(
            """
            EPOCH  REVISION  TYPE    VERSION  VALUE
                1         9  expire        0
                1         7  put           1  x·y
            … and older ones: --limit shows more
            """);
    assertThat(console.run("kv", "compact", "7").out()).isEqualTo("history begins at revision 7\n");
    assertThat(console.run("kv", "compaction", "7").code()).isZero();
    assertThat(console.run("kv", "compact", "x").code()).isEqualTo(2);
    assertThat(seen)
        .containsExactly("GET /v1/history/a/b?limit=2", "POST /v1/compact", "POST /v1/compact");
  }

  @Test
  void earlierStatesAreAskedForByRevisionOrSnapshot() {
    script =
        request -> {
          if (request.path().endsWith("kv")) {
            request.response().end("{\"revision\":9,\"epoch\":1,\"pairs\":[]}");
          } else {
            problem(request, 410, "compacted", "it begins at 7", ",\"compactRevision\":7");
          }
        };

    Run compacted = console.run("kv", "get", "k", "--revision", "3");
    console.run("kv", "ls", "--snapshot", "s");
    console.run("kv", "ls", "p/", "--revision", "8");

    assertThat(compacted.code()).isEqualTo(1);
    assertThat(compacted.err()).isEqualTo("it begins at 7\n");
    assertThat(seen)
        .containsExactly(
            "GET /v1/kv/k?revision=3",
            "GET /v1/kv?keysOnly=true&snapshot=s&prefix=",
            "GET /v1/kv?keysOnly=true&revision=8&prefix=p%2F");
  }

  @Test
  void aSnapshotIsSavedCheckedAndRestored(@TempDir Path directory) throws Exception {
    byte[] content = SampleSnapshots.file(2_000);
    script = request -> request.response().end(Buffer.buffer(content));
    Path file = directory.resolve("saved");
    Path data = directory.resolve("data");

    Run saved = console.run("snapshot", "save", "n", file.toString());
    Run again = console.run("snapshot", "save", "n", file.toString());
    Run forced = console.run("snapshot", "save", "n", file.toString(), "--force");
    Run inspected = console.run("snapshot", "inspect", file.toString());
    Run restored =
        console.run(
            "snapshot", "restore", file.toString(), "--data", data.toString(), "--node", "a");
    Run twice =
        console.run(
            "snapshot", "restore", file.toString(), "--data", data.toString(), "--node", "a");

    assertThat(saved.out()).isEqualTo("saved " + file + ": 2,000 keys at 3.5000\n");
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("cannot write", "--force");
    assertThat(forced.code()).isZero();
    assertThat(new JsonObject(inspected.out()).getLong("keys")).isEqualTo(2_000);
    assertThat(restored.err()).isEmpty();
    assertThat(restored.out())
        .isEqualTo(
            "restored 2,000 keys at 3.5000 into "
                + data
                + " for node a; new tokens have epochs above 1003\n");
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("is not empty");
    assertThat(seen)
        .containsExactly("GET /v1/snapshots/n/download", "GET /v1/snapshots/n/download");
    try (var files = Files.list(directory)) {
      assertThat(files.map(path -> path.getFileName().toString()).sorted())
          .containsExactly("data", "saved");
    }
  }

  @Test
  void whatIsCutOffOrRefusedLeavesNoFile(@TempDir Path directory) throws Exception {
    byte[] content = SampleSnapshots.file(2_000);
    Path file = directory.resolve("saved");
    script = request -> request.response().end(Buffer.buffer(content).slice(0, 70_000));
    Run cut = console.run("snapshot", "save", "n", file.toString());
    script = request -> problem(request, 404, "not-found", "there is no snapshot 'n'", "");
    Run refused = console.run("snapshot", "save", "n", file.toString());
    script =
        request -> {
          request.response().setChunked(true).write(Buffer.buffer(content).slice(0, 70_000));
          vertx.setTimer(100, id -> request.connection().close());
        };
    Run broken = console.run("snapshot", "save", "n", file.toString());
    Files.write(file, Arrays.copyOf(content, 1_000));
    Run inspected = console.run("snapshot", "inspect", file.toString());
    Run restored =
        console.run(
            "snapshot",
            "restore",
            file.toString(),
            "--data",
            directory.resolve("data").toString(),
            "--node",
            "a");

    assertThat(cut.code()).isEqualTo(1);
    assertThat(cut.err()).contains("cut off");
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).isEqualTo("there is no snapshot 'n'\n");
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err()).contains("the answer was cut off");
    assertThat(inspected.code()).isEqualTo(1);
    assertThat(inspected.err()).contains("cut off");
    assertThat(restored.code()).isEqualTo(1);
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  private static void problem(
      HttpServerRequest request, int status, String type, String detail, String more) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .end("{\"type\":\"" + type + "\",\"detail\":\"" + detail + "\"" + more + "}");
  }
}
