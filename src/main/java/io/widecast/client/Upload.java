package io.widecast.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Streams parts of a body into one request, the next when the one before is out of our hands, so
 * that a slow node slows the source. A node that refuses a line answers before the end: its answer
 * stops the upload and is the result.
 */
final class Upload implements Subscriber<Buffer> {

  private final Vertx vertx;
  private final HttpClientRequest request;
  private final Promise<Requests.Answer> result = Promise.promise();
  private Subscription source;
  private volatile boolean done;

  private Upload(Vertx vertx, HttpClientRequest request) {
    this.vertx = vertx;
    this.request = request;
  }

  static Future<Requests.Answer> send(
      Vertx vertx, HttpClientRequest request, Publisher<Buffer> parts) {
    var upload = new Upload(vertx, request.setChunked(true));
    request.exceptionHandler(e -> {}); // the response fails with it as well
    request
        .response()
        .compose(Requests::whole)
        .onComplete(
            answer -> {
              upload.stop();
              upload.result.tryComplete(answer);
            },
            upload::fail);
    parts.subscribe(upload);
    return upload.result.future();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    source = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(Buffer part) {
    if (!done) {
      // A failed write is not the result: the node's answer, or the lost connection, comes as well.
      // Asking in a turn of its own lets that answer in, however fast the source and the node are.
      request.write(part).onSuccess(written -> vertx.runOnContext(v -> source.request(1)));
    }
  }

  @Override
  public void onComplete() {
    if (!done) {
      done = true;
      request.end();
    }
  }

  @Override
  public void onError(Throwable cause) {
    fail(cause);
    request.reset();
  }

  private void fail(Throwable cause) {
    stop();
    result.tryFail(cause);
  }

  private void stop() {
    if (!done) {
      done = true;
      if (source != null) {
        source.cancel();
      }
      request.reset();
    }
  }
}
