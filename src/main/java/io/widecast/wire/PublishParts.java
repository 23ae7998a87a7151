package io.widecast.wire;

import static io.widecast.wire.StreamParts.NAME_BYTES_MAX;
import static io.widecast.wire.StreamParts.TEXT_BYTES_MAX;
import static io.widecast.wire.StreamParts.flag;
import static io.widecast.wire.StreamParts.shortened;
import static io.widecast.wire.StreamParts.token;

import io.widecast.model.AckLevel;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.RequestId;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Publishes and what became of them, as streams carry them; each writer beside its reader. Pure
 * functions.
 */
final class PublishParts {

  private static final int EXTRAS_MAX = 16;

  private PublishParts() {}

  static void request(ByteWriter out, PublishRequest request) {
    out.varint(request.drafts().size());
    for (Draft draft : request.drafts()) {
      if (draft instanceof Draft.Put put) {
        out.u8(1).sized(put.key().bytes()).varint(put.ttlMillis());
        EntryCodec.encodeValue(out, put.value());
      } else if (draft instanceof Draft.Delete delete) {
        out.u8(delete.expired() ? 3 : 2).sized(delete.key().bytes());
      } else {
        throw new AssertionError(draft);
      }
    }
    out.varint(request.compares().size());
    request.compares().forEach(compare -> compare(out, compare));
    out.u8(request.requestId().isPresent() ? 1 : 0);
    request.requestId().ifPresent(id -> out.u64(id.high()).u64(id.low()).u64(id.bodyHash()));
    out.u8(request.ack().ordinal()).varint(request.timeoutMillis());
  }

  static PublishRequest request(ByteReader in) throws WireException {
    int draftCount = in.count(Entry.PAIRS_MAX);
    var drafts = new ArrayList<Draft>();
    for (int i = 0; i < draftCount; i++) {
      int kind = in.u8();
      var key = new Key(in.sized(Key.BYTES_MAX));
      drafts.add(
          switch (kind) {
            case 1 -> {
              long ttlMillis = in.varint();
              yield new Draft.Put(key, EntryCodec.decodeValue(in), ttlMillis);
            }
            case 2, 3 -> new Draft.Delete(key, kind == 3);
            default -> throw new WireException("draft of kind " + kind);
          });
    }
    int compareCount = in.count(Entry.PAIRS_MAX);
    var compares = new ArrayList<Compare>();
    for (int i = 0; i < compareCount; i++) {
      compares.add(compare(in));
    }
    Optional<RequestId> id =
        flag(in) ? Optional.of(new RequestId(in.u64(), in.u64(), in.u64())) : Optional.empty();
    AckLevel ack = AckLevel.values()[in.count(AckLevel.values().length - 1)];
    return new PublishRequest(drafts, compares, id, ack, in.varint());
  }

  private static void compare(ByteWriter out, Compare compare) {
    if (compare instanceof Compare.Absent) {
      out.u8(1).sized(compare.key().bytes());
    } else if (compare instanceof Compare.Present) {
      out.u8(2).sized(compare.key().bytes());
    } else if (compare instanceof Compare.AtRevision at) {
      out.u8(3).sized(compare.key().bytes()).varint(at.revision());
    } else if (compare instanceof Compare.AtToken at) {
      token(out.u8(4).sized(compare.key().bytes()), at.token());
    } else {
      throw new AssertionError(compare);
    }
  }

  private static Compare compare(ByteReader in) throws WireException {
    int kind = in.u8();
    var key = new Key(in.sized(Key.BYTES_MAX));
    return switch (kind) {
      case 1 -> new Compare.Absent(key);
      case 2 -> new Compare.Present(key);
      case 3 -> new Compare.AtRevision(key, in.varint());
      case 4 -> new Compare.AtToken(key, token(in));
      default -> throw new WireException("condition of kind " + kind);
    };
  }

  static void outcome(ByteWriter out, PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Written written) {
      token(out.u8(1), written.token()).varint(written.pairs()).u8(written.created() ? 1 : 0);
    } else if (outcome instanceof PublishOutcome.Refused refused) {
      out.u8(2).text(refused.code().type()).text(shortened(refused.detail()));
      var extras = new TreeMap<>(refused.extras());
      if (extras.size() > EXTRAS_MAX) {
        throw new IllegalArgumentException(extras.size() + " extras");
      }
      out.varint(extras.size());
      extras.forEach((name, value) -> extra(out.text(name), value));
    } else {
      throw new AssertionError(outcome);
    }
  }

  private static void extra(ByteWriter out, Object value) {
    if (value instanceof Boolean truth) {
      out.u8(truth ? 1 : 0);
    } else if (value instanceof Number number) {
      out.u8(2).varint(number.longValue());
    } else {
      out.u8(3).text(shortened(value.toString()));
    }
  }

  static PublishOutcome outcome(ByteReader in) throws WireException {
    int kind = in.u8();
    if (kind == 1) {
      return new PublishOutcome.Written(token(in), in.count(Entry.PAIRS_MAX), flag(in));
    } else if (kind != 2) {
      throw new WireException("outcome of kind " + kind);
    }
    ErrorCode code = ReadParts.errorCode(in.text(NAME_BYTES_MAX));
    String detail = in.text(TEXT_BYTES_MAX);
    Map<String, Object> extras = new TreeMap<>();
    for (int count = in.count(EXTRAS_MAX); count > 0; count--) {
      String name = in.text(NAME_BYTES_MAX);
      int form = in.u8();
      extras.put(
          name,
          switch (form) {
            case 0, 1 -> form == 1;
            case 2 -> in.varint();
            case 3 -> in.text(TEXT_BYTES_MAX);
            default -> throw new WireException("extra of form " + form);
          });
    }
    return new PublishOutcome.Refused(code, detail, extras);
  }
}
