// The contract's WebSocket, by the client `ws` of the npm registry: node stream.cjs ws://host:port/v1/stream
// Ends with code 0 when every answer is the one that the contract promises.
'use strict';
const assert = require('node:assert/strict');
const WebSocket = require('ws');

const socket = new WebSocket(process.argv[2], 'widecast.v1.json');
const received = [];
let wake = () => {};
socket.on('message', (data, isBinary) => {
  assert.equal(isBinary, false);
  received.push(JSON.parse(data));
  wake();
});
socket.on('error', (error) => { throw error; });
setTimeout(() => { throw new Error(`waited in vain; unread: ${JSON.stringify(received)}`); }, 15_000).unref();

const send = (message) => socket.send(JSON.stringify(message));

/** The first message that fits, waited for; others stay. */
async function take(fits) {
  for (;;) {
    const at = received.findIndex(fits);
    if (at >= 0) {
      return received.splice(at, 1)[0];
    }
    await new Promise((resolve) => { wake = resolve; });
  }
}

const answerTo = (id) => take((message) => message.id === id);
const typeOf = (error) => error.type.split(/[/:#]/).pop();

async function main() {
  await new Promise((resolve) => socket.once('open', resolve));
  assert.equal(socket.protocol, 'widecast.v1.json');

  send({ op: 'ping' });
  await take((message) => message.op === 'pong');

  // A copy that is empty has an end too.
  send({ id: 1, op: 'watch', match: ['ws/**'], since: 'start', values: true });
  assert.equal((await answerTo(1)).ok, true);
  const copied = await take((message) => message.watch === 1 && message.snapshotEnd);
  assert.match(copied.token, /^\d+\.\d+$/);

  // Both pairs in one frame, with the token that the publisher is told.
  const pairs = [{ key: 'ws/a', value: 'text' }, { key: 'ws/b', value: { n: 1 } },
    { key: 'ws/c', valueBase64: '/wA=' }];
  send({ id: 2, op: 'publish', pairs, compare: [{ key: 'ws/a', revision: 0 }], ack: 'durable' });
  const written = await answerTo(2);
  assert.equal(written.ok, true, JSON.stringify(written));
  assert.equal(written.pairs, 3);
  assert.equal(written.token, `${written.epoch}.${written.revision}`);
  const frame = await take((message) => message.watch === 1 && message.events);
  assert.equal(frame.token, written.token);
  assert.deepEqual(frame.events.map(({ type, key, revision, version }) => [type, key, revision, version]),
    pairs.map(({ key }) => ['put', key, written.revision, 1]));
  assert.equal(frame.events[0].value, 'text');
  assert.deepEqual(frame.events[1].value, { n: 1 });
  assert.equal(frame.events[2].valueBase64, '/wA=');

  send({ id: 3, op: 'publish', pairs: [{ key: 'ws/a', value: 'again' }], compare: [{ key: 'ws/a', revision: 0 }] });
  assert.equal(typeOf((await answerTo(3)).error), 'precondition-failed');

  const once = { op: 'publish', pairs: [{ key: 'ws/once', value: 1 }], idempotencyKey: 'ws-once' };
  send({ id: 4, ...once });
  send({ id: 5, ...once });
  assert.equal((await answerTo(4)).token, (await answerTo(5)).token);

  send({ id: 6, op: 'get', key: 'ws/b' });
  const got = await answerTo(6);
  assert.deepEqual(got.value, { n: 1 });
  send({ id: 7, op: 'get', key: 'ws/absent' });
  assert.equal(typeOf((await answerTo(7)).error), 'not-found');

  send({ id: 8, op: 'watch', match: ['f*'] });
  assert.equal(typeOf((await answerTo(8)).error), 'bad-pattern');

  // Resumed after the three pairs: the rest, and no copy.
  send({ id: 9, op: 'watch', match: ['ws/**'], since: written.token });
  const rest = await take((message) => message.watch === 9 && message.events);
  assert.deepEqual(rest.events.map(({ key }) => key), ['ws/once']);
  send({ id: 10, op: 'publish', pairs: [{ key: 'ws/a', delete: true }] });
  await answerTo(10);
  const deleted = await take((message) => message.watch === 9 && message.events);
  assert.equal(deleted.events[0].type, 'delete');

  send({ id: 11, op: 'unwatch', watch: 9 });
  assert.equal((await answerTo(11)).ok, true);
  await take((message) => message.watch === 1 && message.bookmark);

  socket.send('no JSON');
  assert.equal(typeOf((await take((message) => message.error)).error), 'bad-json');
  const closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
  socket.send('x'.repeat(2.5 * 1024 * 1024 + 1));
  assert.equal(await closed, 1009);
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
