/** How the store of this node stands: what it holds, what it cleans and deletes, and alarms. */

import { verify } from './api.js';
import { byId, el, setText } from './dom.js';
import { bytes, count, counted, percent, NOTHING } from './format.js';

export class StoreView {
  #alarm = '';
  #verified; // what a check that was asked for here found

  constructor(onChanged) {
    byId('store-verify').addEventListener('click', async () => {
      byId('store-verify').disabled = true;
      this.#note('Checking everything…');
      try {
        this.#verified = foundBy(await verify());
      } catch (problem) {
        this.#verified = { text: problem.message, tone: 'bad' };
      }
      byId('store-verify').disabled = false;
      this.#showNote();
      onChanged();
    });
  }

  show(figures) {
    this.#alarm = figures.alarm ?? '';
    byId('store-empty').hidden = true;
    byId('store-facts').hidden = false;
    byId('store-facts').replaceChildren(...Object.entries(factsOf(figures)).map(([name, value]) =>
      el('div', {}, el('dt', {}, name), el('dd', {}, ...[value].flat()))));
    if (!byId('store-verify').disabled) {
      this.#showNote();
    }
  }

  showProblem(problem) {
    byId('store-facts').hidden = true;
    setText(byId('store-empty'), problem.message);
    byId('store-empty').hidden = false;
  }

  #showNote() {
    if (this.#alarm && this.#verified?.tone !== 'bad') {
      this.#note(`Alarm: ${this.#alarm}. Nothing is deleted or cleaned until the store is sound.`, 'bad');
    } else {
      this.#note(this.#verified?.text ?? '', this.#verified?.tone);
    }
  }

  #note(text, tone = '') {
    byId('store-note').className = `note ${tone}`;
    byId('store-note').hidden = text === '';
    setText(byId('store-note'), text);
  }
}

function foundBy({ sound, revision, alarms }) {
  if (sound) {
    return { text: `Sound: everything was checked at revision ${count(revision)}.`, tone: 'good' };
  }
  const { kind, where, detail } = alarms[0] ?? {};
  const more = alarms.length > 1 ? ` And ${count(alarms.length - 1)} more: widecast verify shows them.` : '';
  return { text: `Not sound: ${kind} in ${where}: ${detail}.${more}`, tone: 'bad' };
}

function factsOf(figures) {
  const live = figures.segmentBytes > 0 ? figures.liveBytes / figures.segmentBytes : undefined;
  const { deleting, deletesWaiting } = figures;
  return {
    Segments: `${count(figures.segments)}, ${bytes(figures.segmentBytes)}`,
    'Still in use': live === undefined
      ? NOTHING
      : [el('meter', { value: live, max: 1, 'aria-label': 'Share of the segments in use' }), ` ${percent(live)}`],
    Cleaned: counted(figures.segmentsCleaned, 'segment'),
    'Pages in cache': `${bytes(figures.pageCacheBytes)} of ${counted(figures.pages, 'page')}`,
    'Values in cache': bytes(figures.blockCacheBytes),
    'Next checkpoint': bytes(figures.changedBytes),
    'History from': `revision ${count(figures.compactRevision)}`,
    Deleting: deleting
      ? [
        el('progress', { value: deleting.progress, max: 1, 'aria-label': `Deleting ${deleting.name}` }),
        ` ${deleting.name}, ${percent(deleting.progress)}${deletesWaiting ? `, ${count(deletesWaiting)} waiting` : ''}`,
      ]
      : 'nothing',
    Deleted: `${counted(figures.blocksDeleted, 'block')} in ${count(figures.deleteBatches)} batches`,
    Format: figures.format,
  };
}
