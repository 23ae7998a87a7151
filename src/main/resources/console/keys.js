/** The list of keys: search by prefix, page by page. What one key holds is detail.js. */

import { catchUp, listKeys } from './api.js';
import { byId, el, setText, walkWithArrowKeys } from './dom.js';
import { count, counted, partHeld } from './format.js';

const PAGE_KEYS = 50;
const TYPING_PAUSE_MILLIS = 200;

export class KeysView {
  #search = byId('keys-search');
  #list = byId('keys-list');
  #onOpen;
  #prefix = '';
  #pages = [undefined]; // the `after` of each page up to the one shown
  #next;
  #asked = 0;
  #selected;
  #typing;

  /** Calls back with the key that the reader chose. */
  constructor(onOpen) {
    this.#onOpen = onOpen;
    walkWithArrowKeys(this.#list);
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#find(), TYPING_PAUSE_MILLIS);
    });
    byId('keys-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#find();
    });
    byId('keys-previous').addEventListener('click', () => this.#turn(this.#pages.slice(0, -1)));
    byId('keys-next').addEventListener('click', () => this.#turn([...this.#pages, this.#next]));
    this.#list.addEventListener('click', ({ target }) => {
      const key = target.closest('button')?.dataset.key;
      if (key !== undefined) {
        this.#onOpen(key);
      }
    });
    this.refresh();
  }

  /** Marks the key as the one shown beside the list. */
  select(key) {
    this.#selected = key;
    for (const button of this.#list.querySelectorAll('button')) {
      markSelected(button, key);
    }
  }

  /** Loads the page again after a write, once this node has it. */
  async showWrite(token) {
    try {
      await catchUp(token);
    } catch {
      // The node is behind or gone: the list then shows what it has, and at which revision.
    }
    await this.refresh();
  }

  async refresh() {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const after = this.#pages.at(-1);
      const page = await listKeys({ prefix: this.#prefix, after, limit: PAGE_KEYS });
      if (asked === this.#asked) {
        this.#show(page);
      }
    } catch (problem) {
      if (asked === this.#asked) {
        this.#showProblem(problem);
      }
    }
  }

  #find() {
    clearTimeout(this.#typing);
    if (this.#prefix !== this.#search.value) {
      this.#prefix = this.#search.value;
      this.#pages = [undefined];
    }
    this.refresh();
  }

  async #turn(pages) {
    this.#pages = pages;
    await this.refresh();
    this.#list.scrollTop = 0;
  }

  #show(page) {
    this.#next = page.next;
    this.#list.replaceChildren(...page.pairs.map((pair) => this.#row(pair)));
    this.#list.hidden = page.pairs.length === 0;
    this.#showEmpty(page.pairs.length ? '' : this.#whyEmpty(page.filter));
    byId('keys-previous').disabled = this.#pages.length === 1;
    byId('keys-next').disabled = page.next === undefined;
    setText(byId('keys-status'), this.#statusOf(page));
  }

  #statusOf(page) {
    if (page.pairs.length === 0) {
      return `At revision ${count(page.revision)}`;
    }
    const first = (this.#pages.length - 1) * PAGE_KEYS + 1;
    const last = first + page.pairs.length - 1;
    const all = this.#pages.length === 1 && page.next === undefined;
    const which = all ? counted(last, 'key') : `${count(first)}–${count(last)}`;
    const held = partHeld(page.filter);
    const where = held && `; this node holds ${held} only`;
    return `${which} at revision ${count(page.revision)}${where}`;
  }

  #whyEmpty(filter) {
    if (this.#pages.length > 1) {
      return 'No more keys: they were deleted meanwhile. Go back with Previous.';
    }
    const held = partHeld(filter);
    const where = held && ` This node holds ${held} only; a core node holds everything.`;
    return this.#prefix
      ? `No key starts with “${this.#prefix}”. Upper and lower case differ.${where}`
      : `No keys yet. Publish one, or run: widecast kv put KEY VALUE.${where}`;
  }

  #showProblem(problem) {
    this.#list.replaceChildren();
    this.#list.hidden = true;
    this.#showEmpty(problem.message);
    byId('keys-next').disabled = true;
    setText(byId('keys-status'), 'Press Refresh to try again');
  }

  #showEmpty(text) {
    setText(byId('keys-empty'), text);
    byId('keys-empty').hidden = text === '';
  }

  #row(pair) {
    const button = el('button', { type: 'button', tabindex: -1, 'data-key': pair.key, title: pair.key },
      el('span', { class: 'key mono' },
        el('span', { class: 'muted' }, this.#prefix), pair.key.slice(this.#prefix.length)),
      el('span', { class: 'muted number' }, count(pair.revision)));
    markSelected(button, this.#selected);
    return el('li', {}, button);
  }
}

function markSelected(button, key) {
  button.toggleAttribute('aria-current', button.dataset.key === key);
}
