/**
 * Asks for something again and again, the cluster once a second. Rests while nobody looks at the
 * page, and asks less and less often while the node does not answer.
 */

const PERIOD_MILLIS = 1_000;
const PERIOD_MILLIS_MAX = 10_000;

export class Poller {
  #ask;
  #onAnswer;
  #onFailure;
  #failures = 0;
  #asking = false;
  #periodMillis;
  #timer;

  /** `onFailure` gets the problem and after how many milliseconds the next attempt comes. */
  constructor(ask, { onAnswer, onFailure, periodMillis = PERIOD_MILLIS }) {
    this.#ask = ask;
    this.#periodMillis = periodMillis;
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
    document.addEventListener('visibilitychange', () => this.now());
    addEventListener('online', () => this.now());
    this.now();
  }

  /** Asks at once instead of when it is next due. */
  async now() {
    clearTimeout(this.#timer);
    if (this.#asking || document.hidden) {
      return;
    }
    this.#asking = true;
    const pauseMillis = await this.#askOnce();
    this.#asking = false;
    this.#timer = setTimeout(() => this.now(), pauseMillis);
  }

  async #askOnce() {
    let answer;
    try {
      answer = await this.#ask();
    } catch (problem) {
      this.#failures += 1;
      const pauseMillis = Math.min(PERIOD_MILLIS_MAX, this.#periodMillis * 2 ** (this.#failures - 1));
      this.#onFailure(problem, pauseMillis);
      return pauseMillis;
    }
    this.#failures = 0;
    this.#onAnswer(answer);
    return this.#periodMillis;
  }
}
