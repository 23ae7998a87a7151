/** Puts the console together: one poller, one stream, and the views that live on them. */

import { cluster, onIdentity, snapshots, store } from './api.js';
import { ClusterView } from './cluster.js';
import { DetailView } from './detail.js';
import { byId, setText } from './dom.js';
import { FeedView } from './feed.js';
import { millis, seconds, timeOfDay } from './format.js';
import { KeysView } from './keys.js';
import { Poller } from './poller.js';
import { PublishView } from './publish.js';
import { SnapshotsView } from './snapshots.js';
import { StoreView } from './store.js';
import { Stream } from './stream.js';

const STORE_PERIOD_MILLIS = 2_000;

let answeredAt;

onIdentity(({ node, site, token, lagMillis }) => {
  setText(byId('this-node'), node);
  setText(byId('this-site'), site ? `at ${site}` : '');
  setText(byId('this-token'), token ?? '–');
  setText(byId('this-lag'), millis(lagMillis));
  document.title = `${node} · Widecast`;
});

const clusterView = new ClusterView();
const poller = new Poller(cluster, {
  onAnswer: (answer) => {
    answeredAt = new Date();
    showConnection('connected', 'Connected');
    if (!byId('banner').hidden) {
      byId('banner').hidden = true;
      stream.retryNow();
    }
    clusterView.show(answer);
  },
  onFailure: (problem, pauseMillis) => {
    showConnection('disconnected', problem.status === 0 ? 'Disconnected' : 'Not ready');
    const since = answeredAt ? ` What you see is from ${timeOfDay(answeredAt)}.` : '';
    const pause = seconds(pauseMillis / 1000);
    setText(byId('banner-text'), `${problem.message}${since} Trying again every ${pause}.`);
    byId('banner').hidden = false;
    clusterView.showStale(answeredAt);
  },
});
byId('banner-retry').addEventListener('click', () => poller.now());

const stream = new Stream((state, reason) => feed.showStream(state, reason));
const feed = new FeedView(stream, (key) => openKey(key));
const keys = new KeysView((key) => openKey(key));
const detail = new DetailView(stream, {
  onWritten: (token) => keys.showWrite(token),
  onClosed: () => {
    keys.select(undefined);
    byId('keys-list').focus();
  },
});
new PublishView((token) => keys.showWrite(token));

const snapshotsView = new SnapshotsView({
  onChanged: () => storePoller.now(),
  onOpen: (key) => openKey(key),
});
const storeView = new StoreView(() => storePoller.now());
const storePoller = new Poller(() => Promise.all([snapshots(), store()]), {
  onAnswer: ([taken, figures]) => {
    snapshotsView.show(taken);
    storeView.show(figures);
  },
  onFailure: (problem) => {
    snapshotsView.showProblem(problem);
    storeView.showProblem(problem);
  },
  periodMillis: STORE_PERIOD_MILLIS,
});

function openKey(key) {
  keys.select(key);
  detail.open(key);
}

function showConnection(state, text) {
  byId('connection').dataset.state = state;
  setText(byId('connection'), text);
}
