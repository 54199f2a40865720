// millpond exec --fixture developer-tokens -- node --test --test-force-exit --test-timeout=60000 dev-tokens-in-ci.test.mjs
//
// With auth checks disabled a front end needs no backend: it makes its own tokens. The last test is the one to keep: your
// app must not depend on them, since in production they are refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamClient } from '@stream-io/node-sdk';
import { StreamChat } from 'stream-chat';
import WebSocket from 'ws';
import { clone } from './millpond.mjs';

globalThis.WebSocket ??= WebSocket; // Node below 22

function frontEnd(t, app) {
  const client = new StreamChat(app.key, { baseURL: app.url, allowServerSideConnect: true });
  t.after(() => client.disconnectUser());
  return client;
}

test('a developer token signs in while auth checks are disabled', async (t) => {
  const app = await clone();
  const client = frontEnd(t, app);
  await client.connectUser({ id: 'john' }, client.devToken('john'));
  assert.equal(client.user.name, 'John');
});

test('a developer token is no server: it cannot delete users', async (t) => {
  const app = await clone();
  const client = frontEnd(t, app);
  await client.connectUser({ id: 'john' }, client.devToken('john'));
  await assert.rejects(client.deleteUser('jane'), ({ code }) => code === 17);
});

test('with auth checks as in production it is refused with code 43', async (t) => {
  const app = await clone();
  await new StreamClient(app.key, app.secret, { basePath: app.url }).updateApp({ disable_auth_checks: false });
  const client = frontEnd(t, app);
  await assert.rejects(client.connectUser({ id: 'john' }, client.devToken('john')), /"code":43/);
});
