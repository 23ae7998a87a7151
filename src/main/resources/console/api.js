/**
 * The node's HTTP interface: one function for each request the console makes. Whatever goes wrong
 * is thrown as a {@link Problem}, whose message can be shown as it is.
 */

import { sentence } from './format.js';

const READ_TIMEOUT_MILLIS = 8_000;
const WRITE_TIMEOUT_MILLIS = 15_000; // above the 5 s after which the node itself gives up
const VERIFY_TIMEOUT_MILLIS = 600_000;
const CATCH_UP = '2s';

let identityListener = () => {};

/** An answer that is not the one hoped for, or none at all (status 0). */
export class Problem extends Error {
  constructor(status, { type, title, detail, written } = {}) {
    super(sentence(detail || title || `The node answered with status ${status} and no explanation`));
    this.status = status;
    this.type = type;
    this.written = written;
  }

  /** True for the stable name at the end of the problem's type, such as `outside-filter`. */
  is(name) {
    return (this.type ?? '').split(/[/:#]/).pop() === name;
  }

  /** A 4xx means that nothing was written; anything else leaves it open unless it says so. */
  get outcomeUnknown() {
    return this.written === undefined && (this.status === 0 || this.status >= 500);
  }
}

/** Calls back with `{node, site, token, lagMillis}` from the headers of every answer. */
export function onIdentity(listener) {
  identityListener = listener;
}

export async function cluster() {
  const answer = await request('GET', '/v1/cluster', { timeoutMillis: 4_000 });
  return answer.json();
}

/** A page of keys without their values, and the filter of a node that does not hold all. */
export async function listKeys({ prefix, after, limit }) {
  const answer = await request('GET', '/v1/kv', { query: { prefix, after, limit, keysOnly: true } });
  return { ...(await answer.json()), filter: answer.headers.get('Widecast-Filter') };
}

/**
 * A key with its exact bytes and all that is known about it. With a token, the node first catches
 * up with it, so that a write just made is seen.
 */
export async function readKey(key, min) {
  const answer = await request('GET', pathOf(key), {
    query: { min, timeout: min && CATCH_UP },
  });
  const content = new Uint8Array(await answer.arrayBuffer());
  const page = await (await request('GET', '/v1/kv', { query: { prefix: key, limit: 1 } })).json();
  const pair = page.pairs.find((candidate) => candidate.key === key) ?? {};
  return {
    key,
    content,
    contentType: answer.headers.get('Content-Type') ?? '',
    etag: answer.headers.get('ETag'),
    createRevision: pair.createRevision,
    version: pair.version,
    ttlSeconds: pair.ttl,
  };
}

/** What a key held before, newest first; an empty list when nothing is known of it. */
export async function history(key, limit) {
  const path = pathOf(key).replace('/v1/kv/', '/v1/history/');
  return (await request('GET', path, { query: { limit } })).json();
}

export async function snapshots() {
  return (await (await request('GET', '/v1/snapshots', {})).json()).snapshots;
}

export async function takeSnapshot(name) {
  return (await postJson('/v1/snapshots', { name })).json();
}

export async function deleteSnapshot(name) {
  return (await request('DELETE', snapshotPath(name), { timeoutMillis: WRITE_TIMEOUT_MILLIS })).json();
}

/** Where a browser downloads a snapshot's file from. */
export function downloadUrl(name) {
  return `${snapshotPath(name)}/download`;
}

/** The first keys that differ between two snapshots, and whether there are more. */
export async function diff(from, to, limit) {
  const answer = await request('GET', '/v1/snapshots/diff', { query: { from, to } });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const rows = [];
  let text = '';
  while (rows.length <= limit) {
    const { value, done } = await reader.read();
    if (done) {
      return { rows, more: false };
    }
    const lines = (text + value).split('\n');
    text = lines.pop();
    rows.push(...lines.map((line) => JSON.parse(line)));
  }
  await reader.cancel();
  return { rows: rows.slice(0, limit), more: true };
}

/** How the store of the node stands. */
export async function store() {
  return (await request('GET', '/v1/store', {})).json();
}

/** Has the node check its whole store, which takes as long as it takes. */
export async function verify() {
  return (await postJson('/v1/verify', {}, VERIFY_TIMEOUT_MILLIS)).json();
}

/** Waits until this node has what was written at the token, for a list that shows it. */
export async function catchUp(token) {
  // Not the key itself: it may be deleted, and browsers report each 404 as an error.
  await request('HEAD', '/v1/kv', { query: { min: token, timeout: CATCH_UP, limit: 1 } });
}

/** Stores bytes under a key; answers `{token, created}`. */
export async function putKey(key, content, options) {
  const { contentType, ttl, ack, ifAbsent, ifMatch, idempotencyKey } = options;
  const answer = await request('PUT', pathOf(key), {
    query: { ttl, ack },
    headers: {
      'Content-Type': contentType,
      'If-None-Match': ifAbsent ? '*' : undefined,
      'If-Match': ifMatch,
      'Idempotency-Key': idempotencyKey,
    },
    body: content,
    timeoutMillis: WRITE_TIMEOUT_MILLIS,
  });
  return { token: answer.headers.get('Widecast-Token'), created: answer.status === 201 };
}

/** Deletes a key; answers the token of the deletion. */
export async function deleteKey(key) {
  const answer = await request('DELETE', pathOf(key), { timeoutMillis: WRITE_TIMEOUT_MILLIS });
  return answer.headers.get('Widecast-Token');
}

/** A new name for one attempt to write, under which it can be retried without writing twice. */
export function newIdempotencyKey() {
  // Not randomUUID(), which browsers offer to https and localhost only.
  const random = crypto.getRandomValues(new Uint8Array(16));
  return [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pathOf(key) {
  if (key === '.' || key === '..') {
    throw new Problem(0, {
      detail: `A browser cannot address the key "${key}" in a URL; use the command line: widecast kv`,
    });
  }
  return `/v1/kv/${encodeURIComponent(key)}`;
}

function snapshotPath(name) {
  return `/v1/snapshots/${encodeURIComponent(name)}`;
}

function postJson(path, value, timeoutMillis = WRITE_TIMEOUT_MILLIS) {
  return request('POST', path, {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(value),
    timeoutMillis,
  });
}

async function request(method, path, options) {
  const { query = {}, headers = {}, body, timeoutMillis = READ_TIMEOUT_MILLIS } = options;
  const answer = await send(path + queryString(query), {
    method,
    headers: withoutAbsent(headers),
    body,
    cache: 'no-store',
    signal: AbortSignal.timeout(timeoutMillis),
  });
  reportIdentity(answer.headers);
  if (!answer.ok) {
    throw new Problem(answer.status, await problemBody(answer));
  }
  return answer;
}

async function send(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    const detail = error.name === 'TimeoutError'
      ? 'The node did not answer in time. Check that it is running, then try again.'
      : 'The node cannot be reached. Check that it is running, then try again.';
    throw new Problem(0, { detail });
  }
}

async function problemBody(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

function reportIdentity(headers) {
  const node = headers.get('Widecast-Node');
  if (node) {
    const lag = headers.get('Widecast-Lag-Ms');
    identityListener({
      node,
      site: headers.get('Widecast-Site'),
      token: headers.get('Widecast-Token'),
      lagMillis: lag === null ? undefined : Number(lag),
    });
  }
}

function queryString(query) {
  const present = new URLSearchParams(withoutAbsent(query)).toString();
  return present && `?${present.replaceAll('+', '%20')}`;
}

function withoutAbsent(values) {
  const present = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(present);
}
