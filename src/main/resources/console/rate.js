/** How many publishes a second the cluster takes, worked out from its revisions, and their curve. */

import { svg } from './dom.js';

const SAMPLES = 60;
const SMOOTHED_SAMPLES = 5; // polls and publishes do not keep step: a single second flickers
const WIDTH = 120;
const HEIGHT = 28;

export class PublishRate {
  #samples = []; // publishes a second, oldest first
  #revision;
  #atMillis;

  add(revision, nowMillis) {
    if (this.#atMillis !== undefined && nowMillis > this.#atMillis) {
      // A new master may start below what a lost one had announced: that is no negative rate.
      const published = Math.max(0, revision - this.#revision);
      this.#samples.push((published * 1000) / (nowMillis - this.#atMillis));
      this.#samples.splice(0, this.#samples.length - SAMPLES);
    }
    this.#revision = revision;
    this.#atMillis = nowMillis;
  }

  /** The mean over the last seconds; undefined before there are two answers. */
  get perSecond() {
    const last = this.#samples.slice(-SMOOTHED_SAMPLES);
    return last.length ? last.reduce((sum, sample) => sum + sample, 0) / last.length : undefined;
  }

  /** The last minute as a small curve, newest at the right, above a base line of zero. */
  draw() {
    const top = Math.max(1, ...this.#samples);
    const points = this.#samples.map((sample, i) => {
      const x = WIDTH - ((this.#samples.length - 1 - i) * WIDTH) / (SAMPLES - 1);
      const y = HEIGHT - 2 - (sample / top) * (HEIGHT - 4);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    const start = points[0]?.split(',')[0] ?? WIDTH;
    return svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('polygon', { points: `${start},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}` }),
      svg('polyline', { points: points.join(' '), 'vector-effect': 'non-scaling-stroke' }),
    );
  }
}
