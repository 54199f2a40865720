// millpond exec --fixture token-expiry -- node --test --test-force-exit --test-timeout=60000 five-stories.test.mjs
//
// The five stories of sign-in that every app has to get right, each in at most three control calls and without a sleep.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedsClient } from '@stream-io/feeds-client';
import { StreamClient } from '@stream-io/node-sdk';
import WebSocket from 'ws';
import { clone } from './millpond.mjs';

globalThis.WebSocket ??= WebSocket; // Node below 22
const john = { id: 'john', name: 'John' };

/** Your front end, signed in or about to be. */
function frontEnd(t, app) {
  const client = new FeedsClient(app.key, { base_url: app.url, configure_loggers_options: { default: { level: 'error' } } });
  t.after(() => client.disconnectUser());
  return client;
}

/** The next time that the client says it is online. */
const online = (client) => new Promise((resolve) => client.on('connection.changed', (event) => event.online && resolve()));

test('1. the token has expired when the user connects: the app asks for another, once', async (t) => {
  const app = await clone();
  const saved = await app.fetchToken('john');
  await app.control('POST', '/clock/advance', { by: '2h' });

  let first = true;
  const client = frontEnd(t, app);
  await client.connectUser(john, async () => {
    if (!first) return app.fetchToken('john');
    first = false;
    return saved;
  });

  await app.control('POST', '/requests/verify', {
    in_order: true,
    expect: [
      { operation: 'Connect', code: 40, times: 1 },
      { operation: 'TokenProvider', times: 2 }, // `saved`, and its successor
      { operation: 'Connect', outcome: 'ok', times: 1 },
    ],
  });
});

test('2. the token expires while the user is connected: the app comes back with another', async (t) => {
  const app = await clone();
  const client = frontEnd(t, app);
  await client.connectUser(john, () => app.fetchToken('john'));

  const back = online(client);
  await app.control('POST', '/clock/advance', { by: '2h' });
  await back;

  await app.control('POST', '/requests/verify', {
    expect: [
      { operation: 'TokenProvider', times: 2 },
      { operation: 'Connect', code: 40, times: 1 },
      { operation: 'Connect', outcome: 'ok', times: 2 },
    ],
  });
});

test('3. the token is revoked: the app comes back with another', async (t) => {
  const app = await clone();
  const client = frontEnd(t, app);
  await client.connectUser(john, () => app.fetchToken('john'));

  const back = online(client);
  const { now } = await app.control('POST', '/clock/advance', { by: '1m' });
  const backend = new StreamClient(app.key, app.secret, { basePath: app.url });
  await backend.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: now } }] });
  await back;

  await app.control('POST', '/requests/verify', {
    expect: [
      { operation: 'TokenProvider', times: 2 },
      { operation: 'Connect', code: 40, times: 1 },
      { operation: 'Connect', outcome: 'ok', times: 2 },
    ],
  });
});

test('4. the signature is wrong: the app says so, and tries no further', async (t) => {
  const app = await clone();
  const backend = new StreamClient(app.key, 'not the secret of this app', { basePath: app.url });
  const token = backend.generateUserToken({ user_id: 'john' });

  const client = frontEnd(t, app);
  await assert.rejects(client.connectUser(john, async () => token), /signature is not valid/);

  await app.control('POST', '/requests/verify', {
    expect: [{ operation: 'Connect', times: 1 }, { operation: 'Connect', code: 43, times: 1 }],
  });
});

test('5. the provider fails once: the app asks again, and is in', async (t) => {
  const app = await clone();
  await app.control('POST', '/faults', { operation: 'TokenProvider', then: { error: { code: 'InternalSystemError' } } });

  const client = frontEnd(t, app);
  await client.connectUser(john, () => app.fetchToken('john'));

  await app.control('POST', '/requests/verify', {
    in_order: true,
    expect: [
      { operation: 'TokenProvider', status: 500, times: 1 },
      { operation: 'TokenProvider', status: 200, times: 1 },
      { operation: 'Connect', outcome: 'ok', times: 1 },
    ],
  });
});
