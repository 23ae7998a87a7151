package io.widecast.wire;

import static io.widecast.wire.StreamParts.NAME_BYTES_MAX;
import static io.widecast.wire.StreamParts.TEXT_BYTES_MAX;
import static io.widecast.wire.StreamParts.flag;
import static io.widecast.wire.StreamParts.shortened;
import static io.widecast.wire.StreamParts.token;

import io.widecast.model.ErrorCode;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import java.util.Optional;

/**
 * What keys hold, and what became of reads, as streams carry them; each writer beside its reader.
 */
final class ReadParts {

  private ReadParts() {}

  static void versioned(ByteWriter out, Versioned versioned) {
    token(out, versioned.token());
    out.varint(versioned.revision() - versioned.createRevision()).varint(versioned.version());
    out.varint(versioned.expiresAtMillis());
    EntryCodec.encodeValue(out, versioned.value());
  }

  static Versioned versioned(ByteReader in) throws WireException {
    Token token = token(in);
    long createRevision = token.revision() - in.varint();
    long version = in.varint();
    long expiresAtMillis = in.varint();
    Value value = EntryCodec.decodeValue(in);
    return new Versioned(value, token, createRevision, version, expiresAtMillis);
  }

  static void outcome(ByteWriter out, ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.At at) {
      token(out.u8(1), at.index()).u8(at.found().isPresent() ? 1 : 0);
      at.found().ifPresent(found -> versioned(out, found));
    } else if (outcome instanceof ReadOutcome.Refused refused) {
      out.u8(2).text(refused.code().type()).text(shortened(refused.detail()));
    } else {
      throw new AssertionError(outcome);
    }
  }

  static ReadOutcome outcome(ByteReader in) throws WireException {
    int kind = in.u8();
    if (kind == 1) {
      Token index = token(in);
      return new ReadOutcome.At(index, flag(in) ? Optional.of(versioned(in)) : Optional.empty());
    } else if (kind != 2) {
      throw new WireException("outcome of kind " + kind);
    }
    ErrorCode code = errorCode(in.text(NAME_BYTES_MAX));
    return new ReadOutcome.Refused(code, in.text(TEXT_BYTES_MAX));
  }

  /** The code whose stable name is {@code type}. */
  static ErrorCode errorCode(String type) throws WireException {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.type().equals(type)) {
        return code;
      }
    }
    throw new WireException("error of type " + type);
  }
}
