/** The form that publishes one key, and what the cluster answered. */

import { newIdempotencyKey, putKey } from './api.js';
import { byId, setText } from './dom.js';
import { duration, millis } from './format.js';

const RETRY_HINT =
  'It may have been written; publishing the same again does not write it twice.';

export class PublishView {
  #onWritten;
  #attempt = {}; // what was sent last and under which idempotency key, while its outcome is open

  /** Calls back with the token of what was published. */
  constructor(onWritten) {
    this.#onWritten = onWritten;
    byId('publish-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#publish();
    });
  }

  async #publish() {
    const request = requestOfForm();
    if (request.problem) {
      this.#result(request.problem, 'bad');
      return;
    }
    byId('publish-submit').disabled = true;
    this.#result('Publishing…');
    try {
      await this.#send(request);
    } finally {
      byId('publish-submit').disabled = false;
    }
  }

  async #send({ key, text, options }) {
    const startMillis = performance.now();
    const idempotencyKey = this.#keyOf(JSON.stringify([key, text, options]));
    try {
      const content = new TextEncoder().encode(text);
      const { token, created } = await putKey(key, content, { ...options, idempotencyKey });
      const took = millis(performance.now() - startMillis);
      this.#attempt = {};
      const done = created ? 'Created' : 'Replaced';
      this.#result(`${done} ${key} at ${token}, ${options.ack} after ${took}.`, 'good');
      this.#onWritten(token);
    } catch (problem) {
      this.#fail(problem);
    }
  }

  #fail(problem) {
    if (problem.written) {
      this.#attempt = {};
      this.#result(`Written, but not confirmed as asked. ${problem.message}`, 'warn');
    } else if (problem.outcomeUnknown) {
      this.#result(`${problem.message} ${RETRY_HINT}`, 'warn');
    } else {
      this.#attempt = {};
      this.#result(problem.message, 'bad');
    }
  }

  /** The same request keeps its idempotency key until its outcome is known. */
  #keyOf(signature) {
    if (this.#attempt.signature !== signature) {
      this.#attempt = { signature, idempotencyKey: newIdempotencyKey() };
    }
    return this.#attempt.idempotencyKey;
  }

  #result(text, tone = '') {
    byId('publish-result').className = `note ${tone}`;
    byId('publish-result').hidden = false;
    setText(byId('publish-result'), text);
  }
}

function requestOfForm() {
  const text = byId('publish-value').value;
  const json = byId('publish-type-json').checked;
  if (json) {
    try {
      JSON.parse(text);
    } catch (error) {
      return { problem: `The value is not JSON: ${error.message}. Correct it, or choose Text.` };
    }
  }
  return {
    key: byId('publish-key').value,
    text,
    options: {
      contentType: json ? 'application/json' : 'text/plain',
      ttl: duration(byId('publish-ttl').value),
      ack: byId('publish-ack').value,
      ifAbsent: byId('publish-if-absent').checked,
    },
  };
}
