/**
 * One key: its value and all that is known about it, kept up to date while it is open, with editing
 * and deletion.
 */

import { deleteKey, history, putKey, readKey } from './api.js';
import { byId, el, setText } from './dom.js';
import {
  asText, bytes, count, counted, duration, hexDump, indentJson, isJson, preview, seconds, NOTHING,
} from './format.js';

const TEXT_CHARS_SHOWN = 100_000;
const HEX_BYTES_SHOWN = 4_096;
const VERSIONS_SHOWN = 50;
const PREVIEW_CHARS = 120;
const RELOAD_PAUSE_MILLIS = 1_000; // a hot key changes more often than anyone can read

export class DetailView {
  #stream;
  #onWritten;
  #onClosed;
  #panel = byId('keys');
  #pair; // as last read: key, content, contentType, etag, …
  #key;
  #watch;
  #reload;
  #editing = false;
  #overwrite = false;
  #historyShown = false;

  /**
   * `onWritten` gets the token of what was written or deleted here; `onClosed` is called when no
   * key is shown any more.
   */
  constructor(stream, { onWritten, onClosed }) {
    this.#stream = stream;
    this.#onWritten = onWritten;
    this.#onClosed = onClosed;
    byId('detail-back').addEventListener('click', () => {
      this.#close();
      onClosed();
    });
    byId('key-edit').addEventListener('click', () => this.#edit());
    byId('key-history').addEventListener('click', () => this.#toggleHistory());
    byId('editor-cancel').addEventListener('click', () => this.#cancelEditing());
    byId('editor').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    });
    byId('key-delete').addEventListener('click', () => this.#askToDelete());
    byId('delete-dialog').addEventListener('close', ({ target }) => {
      if (target.returnValue === 'delete') {
        this.#delete();
      }
    });
  }

  async open(key) {
    this.#close();
    this.#key = key;
    this.#panel.dataset.view = 'detail';
    byId('detail-empty').hidden = true;
    byId('detail-body').hidden = false;
    setText(byId('detail-key'), key);
    byId('detail-facts').replaceChildren();
    setText(byId('key-value'), '');
    byId('key-value').hidden = true;
    this.#watch = this.#stream.watch(key, { onEvents: (events) => this.#onEvents(events) });
    byId('key-detail').scrollIntoView({ block: 'nearest' });
    if (byId('keys-list').offsetParent === null) {
      byId('detail-key').focus({ preventScroll: true }); // on a phone the list has just gone
    }
    await this.#load();
  }

  #close() {
    this.#stream.unwatch(this.#watch);
    clearTimeout(this.#reload);
    this.#reload = undefined;
    this.#showEditor(false);
    this.#showHistory(false);
    this.#pair = undefined;
    this.#key = undefined;
    this.#allow(false);
    this.#panel.dataset.view = 'list';
    setText(byId('detail-empty'), 'Choose a key to see its value.');
    byId('detail-empty').hidden = false;
    byId('detail-body').hidden = true;
    this.#note('');
  }

  #onEvents(events) {
    const event = events.findLast((candidate) => candidate.key === this.#key);
    if (!event) {
      return;
    }
    if (this.#editing) {
      const what = event.type === 'delete' ? 'was deleted' : `is at revision ${count(event.revision)}`;
      this.#note(`While you edit, the key ${what} already.`, 'warn');
    } else {
      this.#reload ??= setTimeout(() => this.#load(), RELOAD_PAUSE_MILLIS);
    }
  }

  /** Reads the key; with a token, as it is once the node has caught up with that. */
  async #load(min) {
    clearTimeout(this.#reload);
    this.#reload = undefined;
    const key = this.#key;
    try {
      const pair = await readKey(key, min);
      if (key === this.#key && !this.#editing) {
        this.#show(pair);
      }
    } catch (problem) {
      if (key === this.#key && !this.#editing) {
        this.#showProblem(problem);
      }
    }
  }

  #show(pair) {
    this.#pair = pair;
    if (!byId('detail-note').classList.contains('good')) {
      this.#note(''); // what went wrong is over; what was saved may stay
    }
    const text = asText(pair.content);
    showFacts(pair);
    setText(byId('key-value'), textOf(pair, text));
    byId('key-value').classList.toggle('hex', text === undefined);
    byId('key-value').hidden = this.#historyShown;
    if (this.#historyShown) {
      this.#loadHistory();
    }
    this.#allow(true);
    byId('key-edit').disabled = text === undefined;
    byId('key-edit').title = text === undefined ? 'Binary: replace it with widecast kv put' : '';
  }

  #showProblem(problem) {
    this.#allow(false);
    if (problem.status === 404 && !problem.is('outside-filter')) {
      this.#note('There is no such key any more. It was deleted or it expired.', 'warn');
    } else {
      this.#note(problem.message, 'bad');
    }
  }

  #toggleHistory() {
    this.#showHistory(!this.#historyShown);
    if (this.#historyShown) {
      this.#loadHistory();
    }
  }

  #showHistory(shown) {
    this.#historyShown = shown;
    byId('key-history').setAttribute('aria-pressed', shown);
    byId('history-list').hidden = !shown;
    byId('history-list').replaceChildren();
    byId('key-value').hidden = shown || this.#editing || !this.#pair;
  }

  async #loadHistory() {
    const key = this.#key;
    try {
      const answer = await history(key, VERSIONS_SHOWN);
      if (key === this.#key && this.#historyShown) {
        byId('history-list').replaceChildren(...answer.versions.map(versionRow), historyEnd(answer));
      }
    } catch (problem) {
      if (key === this.#key && this.#historyShown) {
        byId('history-list').replaceChildren(el('li', { class: 'empty' }, problem.message));
      }
    }
  }

  #edit() {
    this.#showHistory(false);
    this.#overwrite = false;
    this.#note('');
    const { content, contentType, ttlSeconds } = this.#pair;
    const text = asText(content);
    byId('key-editor').value = isJson(contentType) ? indented(text) : text;
    byId('editor-ttl').value = ttlSeconds === undefined ? '' : `${ttlSeconds}s`;
    this.#showEditor(true);
    byId('key-editor').setSelectionRange(0, 0); // else a long text opens at its end
    byId('key-editor').focus();
  }

  #cancelEditing() {
    this.#showEditor(false);
    this.#note('');
    this.#load();
  }

  #showEditor(shown) {
    this.#editing = shown;
    byId('editor').hidden = !shown;
    byId('key-value').hidden = shown || this.#historyShown;
    byId('key-edit').disabled = shown;
    byId('key-history').disabled = shown;
    setText(byId('key-save'), 'Save');
  }

  async #save() {
    const text = byId('key-editor').value;
    const problem = isJson(this.#pair.contentType) && jsonProblem(text);
    if (problem) {
      this.#note(problem, 'bad');
      return;
    }
    byId('key-save').disabled = true;
    try {
      const { key, contentType, etag } = this.#pair;
      const { token } = await putKey(key, new TextEncoder().encode(text), {
        contentType,
        ttl: duration(byId('editor-ttl').value),
        ifMatch: this.#overwrite ? undefined : etag,
      });
      this.#showEditor(false);
      await this.#load(token);
      this.#note(`Saved at ${token}.`, 'good');
      this.#onWritten(token);
    } catch (failure) {
      this.#overwrite = failure.status === 412;
      const how = this.#overwrite ? ' Overwrite replaces it anyway, Cancel shows what is there now.' : '';
      this.#note(failure.message + how, 'bad');
      setText(byId('key-save'), this.#overwrite ? 'Overwrite' : 'Save');
    } finally {
      byId('key-save').disabled = false;
    }
  }

  #askToDelete() {
    setText(byId('delete-key'), this.#key);
    byId('delete-dialog').returnValue = '';
    byId('delete-dialog').showModal();
  }

  async #delete() {
    const key = byId('delete-key').textContent;
    this.#allow(false);
    try {
      const token = await deleteKey(key);
      this.#close();
      this.#onClosed();
      this.#onWritten(token);
      setText(byId('detail-empty'), `Deleted ${key} at ${token}.`);
    } catch (problem) {
      this.#allow(problem.status !== 404);
      this.#note(problem.message, 'bad');
    }
  }

  #allow(changes) {
    byId('key-edit').disabled = !changes;
    byId('key-delete').disabled = !changes;
  }

  #note(text, tone = '') {
    byId('detail-note').className = `note ${tone}`;
    byId('detail-note').hidden = text === '';
    setText(byId('detail-note'), text);
  }
}

function showFacts({ etag, version, createRevision, ttlSeconds, contentType, content }) {
  const facts = {
    Token: etag?.replaceAll('"', '') ?? NOTHING,
    Version: count(version),
    'Created at': count(createRevision),
    Expires: ttlSeconds === undefined ? 'never' : `in ${seconds(ttlSeconds)}`,
    Type: contentType || NOTHING,
    Size: bytes(content.length),
  };
  const items = Object.entries(facts).map(([name, value]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, value)));
  byId('detail-facts').replaceChildren(...items);
}

/** A version of the key, its value to be unfolded. */
function versionRow(version) {
  const { revision, epoch, type, expired, version: number, contentType } = version;
  const kind = expired ? 'expired' : type;
  const head = [
    el('span', { class: `badge ${kind}` }, kind),
    el('span', { class: 'number', title: `token ${epoch}.${revision}` }, count(revision)),
    el('span', { class: 'muted mono preview' }, preview(version, PREVIEW_CHARS)),
  ];
  if (type === 'delete') {
    return el('li', { 'data-revision': revision }, el('div', { class: 'version' }, ...head));
  }
  const { value, valueBase64 } = version;
  const text = valueBase64 ?? (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  const rest = text.length - TEXT_CHARS_SHOWN;
  return el('li', { 'data-revision': revision },
    el('details', {},
      el('summary', { class: 'version' }, ...head),
      el('p', { class: 'muted' }, `version ${count(number)}, ${contentType}${valueBase64 === undefined ? '' : ', in Base64'}`),
      el('pre', { class: 'value' },
        rest > 0 ? `${text.slice(0, TEXT_CHARS_SHOWN)}\n… and ${count(rest)} more characters` : text)));
}

function historyEnd({ versions, more, compactRevision }) {
  const shown = more ? ` These are the newest ${counted(versions.length, 'version')}.` : '';
  return el('li', { class: 'muted end' },
    `History is kept from revision ${count(compactRevision)} on.${shown}`);
}

function textOf({ content, contentType }, text) {
  if (text === undefined) {
    const rest = content.length - HEX_BYTES_SHOWN;
    const dump = hexDump(content.subarray(0, HEX_BYTES_SHOWN));
    return rest > 0 ? `${dump}\n… and ${bytes(rest)} more` : dump;
  }
  const whole = isJson(contentType) ? indented(text) : text;
  const rest = whole.length - TEXT_CHARS_SHOWN;
  return rest > 0 ? `${whole.slice(0, TEXT_CHARS_SHOWN)}\n… and ${count(rest)} more characters` : whole;
}

/** Indented when it is JSON; as it is when it only claims to be. */
function indented(text) {
  return jsonProblem(text) ? text : indentJson(text);
}

function jsonProblem(text) {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error.message}.`;
  }
}
