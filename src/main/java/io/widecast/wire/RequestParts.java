package io.widecast.wire;

import static io.widecast.wire.StreamParts.flag;
import static io.widecast.wire.StreamParts.token;

import io.widecast.model.Entry;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import java.util.ArrayList;
import java.util.List;

/**
 * Named requests of the past, the same in a copy on a stream and in the log.
 *
 * <pre>
 * size     field
 * varint   requests                  0 .. LIST_MAX
 *          of each:
 * 24       request id                128 bits of name, 64 bits of body hash
 * varint   epoch, revision           of the entry it became; revision 1 or more
 * varint   pairs                     0 .. 1,024
 * 1        first pair made a new key 0 or 1
 * varint   time of ordering          ms since 1970
 * </pre>
 */
public final class RequestParts {

  /** No list is longer: at most 56 KiB. */
  public static final int LIST_MAX = 1_024;

  private RequestParts() {}

  /** All of {@code requests} as lists that each may be written. */
  public static List<List<RecentRequest>> split(List<RecentRequest> requests) {
    var lists = new ArrayList<List<RecentRequest>>();
    for (int from = 0; from < requests.size(); from += LIST_MAX) {
      lists.add(requests.subList(from, Math.min(from + LIST_MAX, requests.size())));
    }
    return lists;
  }

  public static void write(ByteWriter out, List<RecentRequest> requests) {
    out.varint(requests.size());
    for (RecentRequest request : requests) {
      RequestId id = request.id();
      token(out.u64(id.high()).u64(id.low()).u64(id.bodyHash()), request.token());
      out.varint(request.pairs()).u8(request.created() ? 1 : 0).varint(request.timeMillis());
    }
  }

  public static List<RecentRequest> read(ByteReader in) throws WireException {
    int count = in.count(LIST_MAX);
    var requests = new ArrayList<RecentRequest>();
    for (int i = 0; i < count; i++) {
      var id = new RequestId(in.u64(), in.u64(), in.u64());
      requests.add(
          new RecentRequest(id, token(in), in.count(Entry.PAIRS_MAX), flag(in), in.varint()));
    }
    return requests;
  }
}
