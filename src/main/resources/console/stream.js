/**
 * The node's WebSocket. One connection carries any number of watches; when it is lost it comes back
 * with growing pauses, and each watch goes on from its last token, so that no event is missed.
 */

import { sentence } from './format.js';

const SUB_PROTOCOL = 'widecast.v1.json';
const PAUSE_MILLIS_MIN = 500;
const PAUSE_MILLIS_MAX = 15_000;
const CHECK_MILLIS = 5_000;
const PING_AFTER_MILLIS = 8_000; // a node with a watch is never silent for more than 5 s
const LOST_AFTER_MILLIS = 20_000;

export class Stream {
  #onState;
  #socket;
  #watches = new Map(); // id to {match, listener, token, copying}
  #lastId = 0;
  #failures = 0;
  #heardMillis = 0;
  #retryTimer;

  /** Calls back with `open`, or with `waiting` or `refused` and the reason. */
  constructor(onState) {
    this.#onState = onState;
    setInterval(() => this.#checkSilence(), CHECK_MILLIS);
    addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => document.hidden || this.retryNow());
    this.#connect();
  }

  /**
   * Follows what happens from now on to the keys that match. The listener has `onReady(held)`,
   * `onEvents(events, skipped)`, `onReset()`, `onCopied()` and `onRefused(detail)`; events of the
   * new initial copy after a reset are not handed on, as none of them happened now. Answers the
   * number by which to unwatch.
   */
  watch(pattern, listener) {
    const id = this.#nextId();
    this.#watches.set(id, { match: [pattern], listener, token: 'now', copying: false });
    this.#sendWatch(id);
    return id;
  }

  unwatch(id) {
    if (this.#watches.delete(id)) {
      this.#send({ id: this.#nextId(), op: 'unwatch', watch: id });
    }
  }

  /** Connects at once if it is waiting to: something suggests that the node is back. */
  retryNow() {
    if (this.#retryTimer !== undefined) {
      this.#connect();
    }
  }

  #nextId() {
    this.#lastId += 1;
    return this.#lastId;
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/stream`;
    const socket = new WebSocket(url, [SUB_PROTOCOL]);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#opened(socket));
    socket.addEventListener('message', ({ data }) => this.#received(socket, data));
    socket.addEventListener('close', ({ code, reason }) => this.#closed(socket, code, reason));
  }

  #opened(socket) {
    if (socket !== this.#socket) {
      return;
    }
    this.#heardMillis = performance.now();
    this.#onState('open');
    for (const id of this.#watches.keys()) {
      this.#sendWatch(id);
    }
  }

  #closed(socket, code, reason) {
    if (socket !== this.#socket) {
      return; // given up already
    }
    this.#socket = undefined;
    if (code >= 4500 && code <= 4999) {
      this.#onState('refused', sentence(reason || `The node closed the stream with code ${code}`));
      return;
    }
    this.#failures += 1;
    const pause = Math.min(PAUSE_MILLIS_MAX, PAUSE_MILLIS_MIN * 2 ** (this.#failures - 1));
    const jittered = pause * (0.75 + Math.random() / 2); // so that many consoles do not come at once
    this.#retryTimer = setTimeout(() => this.#connect(), jittered);
    this.#onState('waiting', reason);
  }

  #checkSilence() {
    const silentMillis = performance.now() - this.#heardMillis;
    if (this.#socket?.readyState !== WebSocket.OPEN || silentMillis < PING_AFTER_MILLIS) {
      return;
    }
    if (silentMillis < LOST_AFTER_MILLIS) {
      this.#send({ op: 'ping' });
      return;
    }
    const lost = this.#socket;
    this.#closed(lost, 1006, 'the node went silent'); // its own close event can take minutes
    lost.close();
  }

  #sendWatch(id) {
    const watch = this.#watches.get(id);
    watch.copying = false;
    this.#send({ id, op: 'watch', match: watch.match, since: watch.token, values: true });
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #received(socket, data) {
    if (socket !== this.#socket) {
      return;
    }
    this.#heardMillis = performance.now();
    const message = JSON.parse(data);
    const id = message.watch ?? message.id;
    const watch = this.#watches.get(id);
    if (!watch) {
      return; // a pong, or what was under way when a watch ended
    }
    if (message.error) {
      this.#watches.delete(id);
      watch.listener.onRefused?.(sentence(message.error.detail));
    } else if (message.watch === undefined) {
      this.#failures = 0;
      this.#advance(watch, message.token);
      watch.listener.onReady?.(message.held);
    } else {
      this.#onFrame(watch, message);
    }
  }

  #onFrame(watch, frame) {
    if (frame.reset) {
      watch.copying = true;
      watch.listener.onReset?.();
    } else if (frame.snapshotEnd) {
      watch.copying = false;
      watch.listener.onCopied?.();
    } else if (frame.events && !watch.copying) {
      watch.listener.onEvents(frame.events, frame.skipped ?? 0);
    }
    this.#advance(watch, frame.token);
  }

  /** Within a copy there is no position to go on from: a lost connection starts the copy again. */
  #advance(watch, token) {
    if (token && !watch.copying) {
      watch.token = token;
    }
  }
}
