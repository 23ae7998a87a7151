/**
 * The cluster: what matters at a glance, then every site with its nodes. Rows are kept between two
 * answers and only what changed is written, so that links keep the focus and text its selection.
 */

import { byId, el, setText } from './dom.js';
import { count, counted, millis, patterns, rate, timeOfDay, NOTHING } from './format.js';
import { PublishRate } from './rate.js';

const LAG_WARN_MILLIS = 1_000;
const LAG_BAD_MILLIS = 10_000;
const PATTERNS_SHOWN = 6;
const UNICAST_HINT = 'No multicast reaches this node: it is served by unicast';

/** What the states mean to a reader; a state that is not listed here is shown without a colour. */
const TONES = {
  good: ['live', 'up', 'ok', 'ready', 'active', 'visible', 'synced'],
  warn: ['stale', 'joining', 'starting', 'syncing', 'resyncing', 'recovering', 'draining', 'pending'],
  bad: ['down', 'dead', 'lost', 'left', 'gone', 'failed', 'disconnected', 'unreachable'],
};

export class ClusterView {
  #table = byId('cluster').querySelector('table');
  #publishRate = new PublishRate();
  #rows = new Map(); // node id to its cells
  #layout;

  show(cluster) {
    const sites = cluster.sites ?? [];
    this.#showSummary(cluster, sites.flatMap((site) => site.nodes ?? []));
    this.#showSites(sites, cluster.revision);
  }

  /** Marks what is on the page as old, with the time it is from. */
  showStale(since) {
    byId('main').classList.add('stale');
    setText(byId('cluster-note'), since ? `as of ${timeOfDay(since)}` : '');
    setText(byId('rate'), NOTHING);
    setText(byId('cluster-empty'), 'Nobody answered yet. The cluster shows here once this node is up.');
  }

  #showSummary(cluster, nodes) {
    byId('main').classList.remove('stale');
    setText(byId('master'), cluster.master || 'none');
    byId('master').classList.toggle('bad', !cluster.master);
    setText(byId('master-note'), cluster.master ? '' : 'writes wait for an election');
    setText(byId('epoch'), count(cluster.epoch));
    setText(byId('revision'), count(cluster.revision));
    this.#showRate(cluster.revision);

    const live = nodes.filter((node) => !['warn', 'bad'].includes(toneOf(node.state))).length;
    setText(byId('nodes-live'), count(live));
    setText(byId('nodes-total'), `of ${count(nodes.length)}`);
    byId('nodes-live').classList.toggle('warn', live < nodes.length);

    const slowest = nodes.reduce((a, b) => ((b.lagMs ?? -1) > (a?.lagMs ?? -1) ? b : a), undefined);
    setText(byId('longest-lag'), millis(slowest?.lagMs));
    setText(byId('longest-lag-node'), slowest?.id ?? '');
    byId('longest-lag').className = lagTone(slowest?.lagMs);
  }

  #showRate(revision) {
    if (Number.isFinite(revision)) {
      this.#publishRate.add(revision, performance.now());
    }
    setText(byId('rate'), rate(this.#publishRate.perSecond));
    byId('sparkline').replaceChildren(this.#publishRate.draw());
  }

  #showSites(sites, revision) {
    const nodes = sites.flatMap((site) => site.nodes ?? []);
    setText(byId('cluster-note'), `${counted(sites.length, 'site')}, ${counted(nodes.length, 'node')}`);
    byId('cluster-empty').hidden = true;

    const layout = JSON.stringify(
      sites.map((site) => [site.id, site.home, site.nodes?.map((node) => node.id)]),
    );
    if (layout !== this.#layout) {
      this.#layout = layout;
      this.#rows.clear();
      [...this.#table.tBodies].forEach((body) => body.remove());
      this.#table.append(...sites.map((site) => this.#buildSite(site)));
    }
    nodes.forEach((node) => showNode(this.#rows.get(node.id), node, revision));
  }

  #buildSite(site) {
    const heading = el('th', { colspan: 8, scope: 'rowgroup', role: 'rowheader', class: 'site' },
      el('span', {}, site.id), el('small', {}, site.home ? 'home site' : 'edge site'));
    const nodes = (site.nodes ?? []).map((node) => this.#buildNode(node));
    return el('tbody', { role: 'rowgroup' }, el('tr', { role: 'row' }, heading), ...nodes);
  }

  #buildNode(node) {
    const cell = (name, label) =>
      el('td', { role: 'cell', class: name, 'data-label': label });
    const cells = {
      name: el('th', { role: 'rowheader', scope: 'row', class: 'name' }),
      role: cell('role'),
      state: cell('state'),
      revision: cell('number revision', 'Revision'),
      behind: cell('number behind', 'Behind'),
      lag: cell('number lag', 'Lag'),
      backlog: cell('number backlog', 'Backlog'),
      filter: cell('filter', 'Holds'),
    };
    this.#rows.set(node.id, cells);
    return el('tr', { role: 'row', class: 'node', 'data-node': node.id }, ...Object.values(cells));
  }
}

function showNode(cells, node, revision) {
  replaceWhenChanged(cells.name, `${node.id} ${node.http} ${node.multicast}`, () => nameOf(node));
  replaceWhenChanged(cells.role, node.role, () => [
    el('span', { class: `badge ${node.role}` }, node.role ?? NOTHING),
  ]);
  setText(cells.state, node.state ?? NOTHING);
  cells.state.dataset.tone = toneOf(node.state);
  setText(cells.revision, count(node.revision));
  setText(cells.behind, count(Math.max(0, revision - node.revision)));
  setText(cells.lag, millis(node.lagMs));
  cells.lag.className = `number lag ${lagTone(node.lagMs)}`;
  setText(cells.backlog, count(node.wanBacklog));
  const filter = patterns(node.filter);
  replaceWhenChanged(cells.filter, filter.join('\n'), () => filterOf(filter));
}

function nameOf(node) {
  const name = consoleUrl(node.http)
    ? el('a', { href: consoleUrl(node.http), title: `Open the console of ${node.id}` }, node.id)
    : node.id;
  const fallback = node.multicast === 'unicast'
    ? [el('span', { class: 'badge warn', title: UNICAST_HINT }, 'unicast')]
    : [];
  return [name, ...fallback];
}

function filterOf(filter) {
  if (filter.length === 1 && filter[0] === '**') {
    return [el('span', { class: 'muted' }, 'everything')];
  }
  const shown = filter.slice(0, PATTERNS_SHOWN).map((pattern) => el('code', {}, pattern));
  const more = filter.slice(PATTERNS_SHOWN);
  return more.length
    ? [...shown, el('span', { class: 'muted', title: more.join('\n') }, `and ${more.length} more`)]
    : shown;
}

/** Only http and https become links: an address is what a node says, and could be anything. */
function consoleUrl(address) {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function replaceWhenChanged(cell, signature, build) {
  if (cell.dataset.shows !== String(signature)) {
    cell.dataset.shows = signature;
    cell.replaceChildren(...build());
  }
}

function toneOf(state) {
  const name = String(state ?? '').toLowerCase();
  return Object.keys(TONES).find((tone) => TONES[tone].includes(name)) ?? 'plain';
}

function lagTone(lagMillis) {
  if (!(lagMillis >= LAG_WARN_MILLIS)) {
    return '';
  }
  return lagMillis >= LAG_BAD_MILLIS ? 'bad' : 'warn';
}
