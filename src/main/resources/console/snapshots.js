/** The snapshots of this node: taking, comparing, downloading and deleting them. */

import { deleteSnapshot, diff, downloadUrl, takeSnapshot } from './api.js';
import { byId, el, setText, walkWithArrowKeys } from './dom.js';
import { bytes, count, counted, dayAndTime, percent } from './format.js';

const DIFFERENCES_SHOWN = 200;
const NOW = 'now';

export class SnapshotsView {
  #onChanged;
  #onOpen;
  #shown; // what the page was built from
  #compared = 0;

  /** `onChanged` is called after a change made here; `onOpen` with a key that the reader chose. */
  constructor({ onChanged, onOpen }) {
    this.#onChanged = onChanged;
    this.#onOpen = onOpen;
    walkWithArrowKeys(byId('diff-list'));
    byId('snapshot-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#take();
    });
    byId('snapshots-list').addEventListener('click', ({ target }) => {
      const name = target.closest('button')?.dataset.name;
      if (name !== undefined) {
        this.#askToDelete(name);
      }
    });
    byId('snapshot-dialog').addEventListener('close', ({ target }) => {
      if (target.returnValue === 'delete') {
        this.#delete(byId('snapshot-dialog-name').textContent);
      }
    });
    byId('diff-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#compare();
    });
    byId('diff-list').addEventListener('click', ({ target }) => {
      const key = target.closest('button')?.dataset.key;
      if (key !== undefined) {
        this.#onOpen(key);
      }
    });
  }

  show(snapshots) {
    const now = JSON.stringify(snapshots);
    if (now === this.#shown) {
      return; // keeps the focus and what is selected
    }
    this.#shown = now;
    byId('snapshots-list').replaceChildren(...snapshots.map(row));
    byId('snapshots-table').hidden = snapshots.length === 0;
    setText(byId('snapshots-empty'), 'No snapshots yet. One is taken in a moment, however large the map is.');
    byId('snapshots-empty').hidden = snapshots.length > 0;
    this.#showChoices(snapshots.filter(({ state }) => state === 'live').map(({ name }) => name));
  }

  showProblem(problem) {
    this.#shown = undefined;
    byId('snapshots-table').hidden = true;
    byId('diff-form').hidden = true;
    byId('diff-list').hidden = true;
    setText(byId('snapshots-empty'), problem.message);
    byId('snapshots-empty').hidden = false;
  }

  #showChoices(names) {
    byId('diff-form').hidden = names.length === 0;
    byId('diff-list').hidden ||= names.length === 0;
    choose(byId('diff-from'), names, names[0]);
    choose(byId('diff-to'), [NOW, ...names], NOW);
  }

  async #take() {
    const name = byId('snapshot-name').value;
    byId('snapshot-take').disabled = true;
    try {
      const taken = await takeSnapshot(name);
      byId('snapshot-name').value = '';
      note(`Took ${taken.name} at revision ${count(taken.revision)}: ${counted(taken.keys, 'key')}.`, 'good');
      this.#onChanged();
    } catch (problem) {
      note(problem.message, 'bad');
    } finally {
      byId('snapshot-take').disabled = false;
    }
  }

  #askToDelete(name) {
    setText(byId('snapshot-dialog-name'), name);
    byId('snapshot-dialog').returnValue = '';
    byId('snapshot-dialog').showModal();
  }

  async #delete(name) {
    try {
      await deleteSnapshot(name);
      note(`${name} is being deleted.`, 'good');
    } catch (problem) {
      note(problem.message, 'bad');
    }
    this.#onChanged();
  }

  async #compare() {
    this.#compared += 1;
    const compared = this.#compared;
    const [from, to] = [byId('diff-from').value, byId('diff-to').value];
    setText(byId('diff-status'), 'Comparing…');
    try {
      const { rows, more } = await diff(from, to, DIFFERENCES_SHOWN);
      if (compared === this.#compared) {
        byId('diff-list').replaceChildren(...rows.map(difference));
        byId('diff-list').hidden = rows.length === 0;
        setText(byId('diff-status'), statusOf(rows, more));
      }
    } catch (problem) {
      byId('diff-list').hidden = true;
      setText(byId('diff-status'), problem.message);
    }
  }
}

function row({ name, revision, createdAt, keys, bytes: size, state, progress }) {
  const cell = (kind, label, ...content) =>
    el('td', { role: 'cell', class: kind, 'data-label': label }, ...content);
  const actions = state === 'live'
    ? [
      el('a', { href: downloadUrl(name), download: `${name}.wcsnap`, title: `Download ${name}` }, 'Download'),
      el('button', { type: 'button', class: 'danger', 'data-name': name, title: `Delete ${name}` }, 'Delete…'),
    ]
    : [
      el('progress', { value: progress ?? 0, max: 1, 'aria-label': `Deleting ${name}` }),
      el('span', { class: 'muted' }, `deleting, ${percent(progress)}`),
    ];
  return el('tr', { role: 'row', class: 'snapshot', 'data-snapshot': name, 'data-state': state },
    el('th', { role: 'rowheader', scope: 'row', class: 'name mono' }, name),
    cell('number', 'Revision', count(revision)),
    cell('taken', 'Taken', dayAndTime(new Date(createdAt))),
    cell('number', 'Keys', count(keys)),
    cell('number', 'Size', bytes(size)),
    cell('do', '', ...actions));
}

function difference({ key, change, fromRevision, toRevision }) {
  const revisions = { added: count(toRevision), removed: count(fromRevision) }[change]
    ?? `${count(fromRevision)} → ${count(toRevision)}`;
  return el('li', {},
    el('button', { type: 'button', tabindex: -1, 'data-key': key, title: key },
      el('span', { class: `badge ${{ added: 'put', removed: 'delete' }[change] ?? 'warn'}` }, change),
      el('span', { class: 'key mono' }, key),
      el('span', { class: 'muted number' }, revisions)));
}

function statusOf(rows, more) {
  if (rows.length === 0) {
    return 'Nothing differs.';
  }
  return more ? `The first ${count(rows.length)} keys that differ.` : `${counted(rows.length, 'key')} differ${rows.length === 1 ? 's' : ''}.`;
}

/** Offers names, and keeps what was chosen if that is among them. */
function choose(select, names, otherwise) {
  const before = select.value;
  select.replaceChildren(...names.map((name) => el('option', { value: name }, name)));
  select.value = names.includes(before) ? before : otherwise ?? '';
}

function note(text, tone) {
  byId('snapshots-note').className = `note ${tone}`;
  byId('snapshots-note').hidden = text === '';
  setText(byId('snapshots-note'), text);
}
