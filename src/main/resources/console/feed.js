/**
 * The live feed: what happens to the keys that match a pattern, newest first. Events only go into a
 * bounded queue as they come; the page is written at most ten times a second.
 */

import { byId, el, setText, walkWithArrowKeys } from './dom.js';
import { count, counted, partHeld, preview, rate, timeOfDay } from './format.js';

const ROWS_MAX = 200;
const DRAW_MILLIS_MIN = 100;
const PREVIEW_CHARS = 160;
const RATE_SECONDS = 3;

const RESET_NOTICE =
  'Reset: the node no longer has every event since the connection was lost, so some are missing.';
const SKIPPED_HINT =
  'Skipped: older values of keys that changed faster than they could be sent';
const COPIED_NOTICE = 'Up to date again. What follows is live.';

export class FeedView {
  #stream;
  #list = byId('feed-list');
  #input = byId('feed-pattern');
  #watch;
  #pattern;
  #queue = []; // events not yet on the page, oldest first, at most ROWS_MAX
  #queuedTotal = 0; // since the page was last written, those no longer in the queue included
  #paused = false;
  #scheduled = false;
  #drawnMillis = 0;
  #perSecond = [0]; // events in each of the last seconds; the last one is under way
  #skipped = 0;
  #state = 'Connecting…';

  /** Calls back with the key of an event that the reader chose. */
  constructor(stream, onOpen) {
    this.#stream = stream;
    walkWithArrowKeys(this.#list);
    this.#list.addEventListener('click', ({ target }) => {
      const key = target.closest('button')?.dataset.key;
      if (key !== undefined) {
        onOpen(key);
      }
    });
    byId('feed-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#follow(this.#input.value.trim());
    });
    byId('feed-pause').addEventListener('click', () => this.#setPaused(!this.#paused));
    setInterval(() => this.#tick(), 1_000);
    this.#follow(this.#input.value.trim());
  }

  /** Says what became of the connection; the watch itself resumes without being asked. */
  showStream(state, reason) {
    if (state === 'waiting') {
      this.#setState(`Connection lost${reason ? ` (${reason})` : ''}, coming back…`, 'bad');
    } else if (state === 'refused') {
      this.#setState(`Stopped by the node: ${reason} Reload the page to try again.`, 'bad');
    }
  }

  #follow(pattern) {
    if (this.#watch !== undefined && pattern === this.#pattern) {
      return;
    }
    this.#stream.unwatch(this.#watch);
    this.#pattern = pattern;
    this.#queue = [];
    this.#queuedTotal = 0;
    this.#skipped = 0;
    this.#list.replaceChildren();
    this.#showError('');
    this.#watch = this.#stream.watch(pattern, {
      onReady: (held) => this.#onReady(held),
      onEvents: (events, skipped) => this.#onEvents(events, skipped),
      onReset: () => this.#addNotice(RESET_NOTICE),
      onCopied: () => this.#addNotice(COPIED_NOTICE),
      onRefused: (detail) => this.#onRefused(detail),
    });
    this.#setState('Connecting…');
  }

  #onReady(held) {
    const part = Array.isArray(held) ? partHeld(held) : '';
    const where = part && ` (this node holds ${part} only)`;
    this.#setState(`Watching ${this.#pattern}${where}`, 'good');
  }

  #onEvents(events, skipped) {
    this.#perSecond[this.#perSecond.length - 1] += events.length;
    this.#skipped += skipped;
    const at = new Date();
    this.#enqueue(events.slice(-ROWS_MAX).map((event) => ({ ...event, at })), events.length);
  }

  #onRefused(detail) {
    this.#watch = undefined;
    this.#showError(detail);
    this.#setState('Not watching');
  }

  #addNotice(notice) {
    this.#enqueue([{ notice, at: new Date() }], 0);
  }

  #enqueue(items, eventCount) {
    this.#queue.push(...items);
    this.#queue.splice(0, this.#queue.length - ROWS_MAX);
    this.#queuedTotal += eventCount;
    this.#schedule();
  }

  #schedule() {
    if (!this.#scheduled && !this.#paused) {
      this.#scheduled = true;
      requestAnimationFrame((nowMillis) => this.#onFrame(nowMillis));
    }
  }

  #onFrame(nowMillis) {
    this.#scheduled = false;
    if (this.#paused) {
      return; // paused after this frame was asked for; resuming asks for the next
    }
    if (nowMillis - this.#drawnMillis < DRAW_MILLIS_MIN) {
      this.#schedule();
      return;
    }
    this.#drawnMillis = nowMillis;
    this.#draw();
  }

  #draw() {
    const rows = this.#queue.reverse().map((item) => (item.notice ? noticeRow(item) : eventRow(item)));
    this.#queue = [];
    this.#queuedTotal = 0;
    this.#list.prepend(...rows);
    while (this.#list.childElementCount > ROWS_MAX) {
      this.#list.lastElementChild.remove();
    }
    this.#showEmpty();
  }

  #setPaused(paused) {
    this.#paused = paused;
    byId('feed-pause').setAttribute('aria-pressed', paused);
    setText(byId('feed-pause'), paused ? 'Resume' : 'Pause');
    this.#showState();
    if (!paused) {
      this.#schedule();
    }
  }

  #tick() {
    const seconds = this.#perSecond.slice(-RATE_SECONDS);
    const perSecond = seconds.reduce((sum, events) => sum + events, 0) / seconds.length;
    const skipped = this.#skipped ? `, ${count(this.#skipped)} skipped` : '';
    setText(byId('feed-rate'), `${rate(perSecond)} events a second${skipped}`);
    byId('feed-rate').title = skipped && SKIPPED_HINT;
    this.#perSecond = [...seconds, 0];
    if (this.#paused) {
      this.#showState();
    }
  }

  #setState(text, tone = '') {
    this.#state = text;
    byId('feed-state').dataset.tone = tone;
    this.#showState();
    this.#showEmpty();
  }

  #showState() {
    const paused = `Paused, ${counted(this.#queuedTotal, 'newer event')}`;
    setText(byId('feed-state'), this.#paused ? paused : this.#state);
  }

  #showEmpty() {
    const empty = this.#list.childElementCount === 0;
    this.#list.hidden = empty;
    byId('feed-empty').hidden = !empty;
    setText(byId('feed-empty'), this.#whyEmpty());
  }

  #whyEmpty() {
    if (this.#watch === undefined) {
      return 'Correct the pattern above, then press Watch.';
    }
    return this.#state.startsWith('Watching')
      ? `Nothing has happened to ${this.#pattern} yet. Events show here as they come.`
      : this.#state;
  }

  #showError(text) {
    setText(byId('feed-error'), text);
    byId('feed-error').hidden = text === '';
    this.#input.setAttribute('aria-invalid', text !== '');
  }
}

function eventRow(event) {
  const kind = event.expired ? 'expired' : event.type;
  return el('li', {},
    el('button', { type: 'button', tabindex: -1, 'data-key': event.key, title: event.key },
      el('span', { class: 'time muted' }, timeOfDay(event.at)),
      el('span', { class: `badge ${kind}` }, kind),
      el('span', { class: 'key mono' }, event.key),
      el('span', { class: 'muted number' }, count(event.revision)),
      el('span', { class: 'preview mono muted' }, preview(event, PREVIEW_CHARS))));
}

function noticeRow({ notice, at }) {
  return el('li', { class: 'notice' },
    el('span', { class: 'time muted' }, timeOfDay(at)), el('span', {}, notice));
}
