// millpond exec --fixture user-reports -- node --test --test-force-exit --test-timeout=60000 user-reports.test.mjs
//
// What users of Stream's SDKs reported as bugs, as tests of your own app. The faults are the fixture's: each strikes the
// user it is named after (fixtures/user-reports.yaml). Reports 7, 8 and 10 are in tests/sdk/py/recipes/test_user_reports.py.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamChat } from 'stream-chat';
import WebSocket from 'ws';
import { clone } from './millpond.mjs';

globalThis.WebSocket ??= WebSocket; // Node below 22

/** Your front end, signed in by a token provider. */
async function signIn(t, app, id) {
  const client = new StreamChat(app.key, { baseURL: app.url, allowServerSideConnect: true });
  t.after(() => client.disconnectUser());
  await client.connectUser({ id }, () => app.fetchToken(id));
  return client;
}

/** The next time that the client says it is online. */
const online = (client) => new Promise((resolve) => client.on('connection.changed', (event) => event.online && resolve()));

describe('user reports', { concurrency: true }, () => {
  test('1. a token that expired at connect: one more is asked for, and no connecting without end (stream-chat-swift#1351)', async (t) => {
    const app = await clone();
    await signIn(t, app, 'expired');
    await app.control('POST', '/requests/verify', {
      expect: [{ operation: 'Connect', times: 2 }, { operation: 'TokenProvider', times: 2 }],
    });
  });

  test('2. a token that expires while connected: no loop of 401 (stream-chat-swift#3145)', async (t) => {
    const app = await clone();
    const client = await signIn(t, app, 'connected');
    const back = online(client);
    await app.control('POST', '/clock/advance', { by: '2h' });
    await back;
    await app.control('POST', '/requests/verify', {
      expect: [{ operation: 'TokenProvider', times: 2 }, { operation: 'Connect', code: 40, times: 1 }],
    });
  });

  test('3. a token signed with another secret: refused once, and no loop (stream-chat-swift#3032)', async (t) => {
    const app = await clone();
    await assert.rejects(signIn(t, app, 'secret'), /"code":43/);
    await app.control('POST', '/requests/verify', {
      expect: [{ operation: 'Connect', times: 1 }, { operation: 'TokenProvider', times: 1 }],
    });
  });

  test('4. a provider that fails: the app gives up (stream-chat-swift#3424)', async (t) => {
    const app = await clone();
    await assert.rejects(signIn(t, app, 'provider'), /the backend answers 500/);
    await app.control('POST', '/requests/verify', {
      expect: [{ operation: 'TokenProvider', times: { max: 2 } }, { operation: 'Connect', times: 0 }],
    });
  });

  test('5. a reconnect uses the good token again, and asks for no other (stream-chat-android#6710)', async (t) => {
    const app = await clone();
    const client = await signIn(t, app, 'reconnect'); // and is closed with 4000
    await online(client);
    await app.control('POST', '/requests/verify', {
      expect: [{ operation: 'TokenProvider', times: 1 }, { operation: 'Connect', outcome: 'ok', times: 2 }],
    });
  });

  test('6. a socket that drops comes back (stream-chat-swift#1920)', async (t) => {
    const app = await clone();
    await signIn(t, app, 'dropped');
    await app.control('GET', '/requests/wait?operation=Connect&user_id=dropped&outcome=ok&count=2&timeout=30s');
  });

  test('9. an hour passes in no time: no server of your own, no token of 3 seconds (stream-chat-swift#2372)', async (t) => {
    const app = await clone();
    const client = await signIn(t, app, 'john');
    await app.control('POST', '/clock/advance', { by: '2h' });
    assert.equal((await client.queryUsers({ id: 'john' })).users.length, 1);
    await app.control('POST', '/requests/verify', { expect: [{ operation: 'TokenProvider', times: 2 }] });
  });
});
