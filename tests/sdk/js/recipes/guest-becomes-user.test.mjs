// millpond exec --fixture guests-and-anonymous -- node --test --test-force-exit --test-timeout=60000 guest-becomes-user.test.mjs
//
// A visitor looks around as a guest, without any backend, and then signs up: the guest leaves, the user comes, and your
// backend takes the guest's name along.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedsClient } from '@stream-io/feeds-client';
import { StreamClient } from '@stream-io/node-sdk';
import WebSocket from 'ws';
import { clone } from './millpond.mjs';

globalThis.WebSocket ??= WebSocket; // Node below 22

test('a guest signs up: another id, another role, the same name', async (t) => {
  const app = await clone();
  const client = new FeedsClient(app.key, { base_url: app.url });
  t.after(() => client.disconnectUser());

  await client.connectGuest({ user: { id: 'visitor', name: 'Vi' } });
  const guest = client.state.getLatestValue().connected_user;
  assert.match(guest.id, /^guest-.+-visitor$/);
  assert.equal(guest.role, 'guest');
  await client.disconnectUser();

  // The sign-up, in your backend.
  const backend = new StreamClient(app.key, app.secret, { basePath: app.url });
  await backend.upsertUsers([{ id: 'vi', name: guest.name }]);
  await backend.deactivateUser({ user_id: guest.id });

  await client.connectUser({ id: 'vi' }, () => app.fetchToken('vi'));
  const user = client.state.getLatestValue().connected_user;
  assert.deepEqual([user.id, user.name, user.role], ['vi', 'Vi', 'user']);

  await app.control('POST', '/requests/verify', {
    in_order: true,
    expect: [
      { operation: 'CreateGuest', caller: 'anonymous', times: 1 },
      { operation: 'Connect', caller: 'guest', outcome: 'ok', times: 1 },
      { operation: 'DeactivateUser', caller: 'server', times: 1 },
      { operation: 'Connect', caller: 'user', user_id: 'vi', outcome: 'ok', times: 1 },
    ],
  });
});
