package io.widecast.api.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.widecast.model.ErrorCode;
import io.widecast.model.NodeId;
import io.widecast.model.WidecastException;
import io.widecast.store.DiffRow;
import io.widecast.store.KeyHistory;
import io.widecast.store.SnapshotInfo;
import io.widecast.store.StoreFigures;
import io.widecast.store.VerifyReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/** Snapshots, history and the store's figures, and the requests for them, as JSON. */
public final class StoreJson {

  private StoreJson() {}

  /** Reads the value of the one member that a request has. */
  private interface Value<T> {
    T read(JsonParser parser) throws IOException;
  }

  /**
   * The name in {@code {"name": "…"}}.
   *
   * @throws WidecastException with a 4xx code that says what is wrong
   */
  public static String name(byte[] json) {
    return member(json, "a snapshot", "name", parser -> PublishJson.text(parser, "name"));
  }

  /**
   * The revision in {@code {"revision": 1042}}; a string with one is taken too.
   *
   * @throws WidecastException with a 4xx code that says what is wrong
   */
  public static long revision(byte[] json) {
    return member(
        json,
        "a compaction",
        "revision",
        parser ->
            parser.currentToken() == JsonToken.VALUE_STRING
                ? Revisions.parse(parser.getText())
                : PublishJson.whole(parser, "revision"));
  }

  /** Whom a hand-over goes to. */
  public static NodeId handOverTo(byte[] json) {
    return member(
        json,
        "a hand-over",
        "to",
        parser -> {
          String to = PublishJson.text(parser, "to");
          if (!NodeId.isValid(to)) {
            throw PublishJson.bad("'" + to + "' is no node's id");
          }
          return new NodeId(to);
        });
  }

  private static <T> T member(byte[] json, String what, String member, Value<T> value) {
    try (JsonParser parser = JsonText.open(json, 0, json.length)) {
      PublishJson.expectObject(parser.nextToken(), what);
      var seen = new Members(what + " has " + member);
      T read = null;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = seen.take(parser.currentName());
        parser.nextToken();
        if (!name.equals(member)) {
          throw seen.unknown(name);
        }
        read = value.read(parser);
      }
      PublishJson.expectEnd(parser);
      if (read == null) {
        throw PublishJson.bad(what + " needs the member " + member);
      }
      return read;
    } catch (JsonProcessingException e) {
      throw JsonText.bad(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Nothing, or an empty object.
   *
   * @throws WidecastException {@link ErrorCode#BAD_JSON}, {@link ErrorCode#BAD_REQUEST}
   */
  public static void nothing(byte[] json) {
    if (json.length == 0) {
      return;
    }
    try (JsonParser parser = JsonText.open(json, 0, json.length)) {
      PublishJson.expectObject(parser.nextToken(), "the body");
      if (parser.nextToken() != JsonToken.END_OBJECT) {
        throw PublishJson.bad("this takes no members: send {} or nothing");
      }
      PublishJson.expectEnd(parser);
    } catch (JsonProcessingException e) {
      throw JsonText.bad(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A snapshot: {@code name, revision, epoch, createdAt, keys, bytes, state}, and progress. */
  public static JsonBytes snapshot(JsonBytes out, SnapshotInfo info) {
    out.beginObject().name("name").string(info.name());
    out.name("revision").number(info.token().revision());
    out.name("epoch").number(info.token().epoch());
    out.name("createdAt").string(Instant.ofEpochMilli(info.createdAtMillis()).toString());
    out.name("keys").number(info.keys()).name("bytes").number(info.bytes());
    out.name("state").string(info.deleting() ? "deleting" : "live");
    if (info.deleting()) {
      out.name("progress").fraction(info.progress());
    }
    return out.endObject();
  }

  /** A key that differs. */
  public static JsonBytes row(JsonBytes out, DiffRow row) {
    String change =
        row.fromRevision() == 0 ? "added" : row.toRevision() == 0 ? "removed" : "changed";
    out.beginObject().name("key").string(row.key().bytes()).name("change").string(change);
    out.name("fromRevision").number(row.fromRevision());
    return out.name("toRevision").number(row.toRevision()).endObject();
  }

  /**
   * A version of a key; one that deleted it has version 0, as in a watch.
   *
   * @param nowMillis wall-clock time, for the seconds that are left of {@code ttl}
   */
  public static void version(JsonBytes out, KeyHistory.Version version, long nowMillis) {
    out.beginObject().name("epoch").number(version.token().epoch());
    out.name("revision").number(version.token().revision());
    out.name("type").string(version.held().isPresent() ? "put" : "delete");
    version
        .held()
        .ifPresentOrElse(
            held -> {
              out.name("version").number(held.version());
              out.name("createRevision").number(held.createRevision());
              EventJson.value(out, held.value());
              out.name("contentType").string(held.value().contentType());
              if (held.expiresAtMillis() > 0) {
                out.name("ttl").number(EventJson.secondsLeft(held, nowMillis));
              }
            },
            () -> {
              out.name("version").number(0);
              if (version.expired()) {
                out.name("expired").bool(true);
              }
            });
    out.endObject();
  }

  /** What a check found. */
  public static JsonBytes report(JsonBytes out, VerifyReport report) {
    out.beginObject().name("sound").bool(report.sound());
    out.name("revision").number(report.token().revision());
    out.name("epoch").number(report.token().epoch()).name("alarms").beginArray();
    for (VerifyReport.Alarm alarm : report.alarms()) {
      out.beginObject().name("kind").string(alarm.kind()).name("where").string(alarm.where());
      out.name("detail").string(alarm.detail()).endObject();
    }
    return out.endArray().endObject();
  }

  /** How the store stands. */
  public static JsonBytes figures(JsonBytes out, StoreFigures figures) {
    out.beginObject().name("format").string(figures.format());
    out.name("compactRevision").number(figures.horizon().revision());
    out.name("segments").number(figures.segments());
    out.name("segmentBytes").number(figures.segmentBytes());
    out.name("liveBytes").number(figures.liveBytes());
    out.name("pages").number(figures.pages());
    out.name("pageCacheBytes").number(figures.pageCacheBytes());
    out.name("blockCacheBytes").number(figures.blockCacheBytes());
    out.name("changedBytes").number(figures.changedBytes());
    out.name("segmentsCleaned").number(figures.segmentsCleaned());
    out.name("blocksDeleted").number(figures.blocksDeleted());
    out.name("deleteBatches").number(figures.deleteBatches());
    out.name("deletesWaiting").number(figures.deletesWaiting());
    figures
        .deleting()
        .ifPresent(
            name -> {
              out.name("deleting").beginObject().name("name").string(name);
              out.name("progress").fraction(figures.deleteProgress()).endObject();
            });
    figures.alarm().ifPresent(alarm -> out.name("alarm").string(alarm));
    return out.endObject();
  }
}
