package io.widecast.client;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The body of an answer part by part, no faster than its subscriber asks for them. Each subscriber
 * makes a request of its own. Fails when the answer is a problem, and when it is cut off.
 */
final class BodyPublisher implements Publisher<Buffer> {

  private final Context context;
  private final Supplier<Future<HttpClientRequest>> connect;

  /**
   * @param context runs everything
   * @param connect a request, connected and not sent
   */
  BodyPublisher(Context context, Supplier<Future<HttpClientRequest>> connect) {
    this.context = context;
    this.connect = connect;
  }

  @Override
  public void subscribe(Subscriber<? super Buffer> subscriber) {
    subscriber.onSubscribe(new Download(subscriber));
  }

  private final class Download implements Subscription {
    private final Subscriber<? super Buffer> subscriber;
    private boolean begun;
    private boolean over;
    private long wanted;
    private HttpClientRequest request;
    private HttpClientResponse response;

    Download(Subscriber<? super Buffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long more) {
      context.runOnContext(v -> want(more));
    }

    @Override
    public void cancel() {
      context.runOnContext(
          v -> {
            over = true;
            if (request != null) {
              request.reset();
            }
          });
    }

    private void want(long more) {
      wanted = wanted + more < 0 ? Long.MAX_VALUE : wanted + more;
      if (response != null) {
        response.fetch(more);
      } else if (!begun && !over) {
        begun = true;
        connect.get().compose(this::send).onFailure(this::fail);
      }
    }

    private Future<?> send(HttpClientRequest connected) {
      request = connected;
      if (over) {
        return request.reset().otherwiseEmpty();
      }
      return request
          .send()
          .compose(
              answer -> {
                if (answer.statusCode() >= 300) {
                  return Requests.whole(answer)
                      .compose(
                          whole ->
                              Future.failedFuture(JsonForms.problem(whole.status(), whole.body())));
                }
                begin(answer);
                return Future.succeededFuture();
              });
    }

    private void begin(HttpClientResponse answer) {
      response = answer.pause();
      response.exceptionHandler(this::fail);
      response.endHandler(
          v -> {
            if (!over) {
              over = true;
              subscriber.onComplete();
            }
          });
      response.handler(
          part -> {
            if (!over) {
              subscriber.onNext(part);
            }
          });
      response.fetch(wanted);
    }

    private void fail(Throwable cause) {
      if (!over) {
        over = true;
        subscriber.onError(
            cause instanceof ClientException
                ? cause
                : ClientException.noAnswer("the answer was cut off: " + Requests.reason(cause)));
      }
    }
  }
}
