// millpond exec --fixture quickstart -- node --test --test-force-exit --test-timeout=60000 wait-instead-of-sleep.test.mjs
//
// The app under test does something by and by, in another process or a browser. Ask the journal to wait for it: it
// answers as soon as it happens, or says after the time-out what happened instead.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedsClient } from '@stream-io/feeds-client';
import { StreamClient } from '@stream-io/node-sdk';
import WebSocket from 'ws';
import { clone } from './millpond.mjs';

globalThis.WebSocket ??= WebSocket; // Node below 22

/** Stands for a page that is loading. Nobody awaits it. */
async function page(t, app) {
  const client = new FeedsClient(app.key, { base_url: app.url });
  t.after(() => client.disconnectUser());
  client.on('user.updated', ({ user }) => client.updateUsersPartial({ users: [{ id: 'john', set: { seen: user.name } }] }));
  await client.connectUser({ id: 'john' }, () => app.fetchToken('john'));
}

test('the page is signed in before it is told something, and has reacted before it is looked at', async (t) => {
  const app = await clone();
  page(t, app);

  const { requests } = await app.control('GET', '/requests/wait?operation=Connect&user_id=john&outcome=ok&timeout=20s');
  const backend = new StreamClient(app.key, app.secret, { basePath: app.url });
  await backend.upsertUsers([{ id: 'john', name: 'Johnny' }]);

  // `after` an id: nothing that was there before counts.
  const after = requests[0].id;
  await app.control('GET', `/requests/wait?operation=UpdateUsersPartial&caller=user&after=${after}&timeout=20s`);
  const { users } = await backend.queryUsers({ payload: { filter_conditions: { id: 'john' } } });
  assert.equal(users[0].custom.seen, 'Johnny');
});
