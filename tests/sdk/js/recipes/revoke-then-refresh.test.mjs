// millpond exec --fixture quickstart -- node --test --test-force-exit --test-timeout=60000 revoke-then-refresh.test.mjs
//
// A user's tokens are revoked (a stolen phone, a changed password). The next call is refused with code 40, the SDK asks
// the token provider, and the call is answered after all. `null` takes a revocation back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamClient } from '@stream-io/node-sdk';
import { StreamChat } from 'stream-chat';
import WebSocket from 'ws';
import { clone } from './millpond.mjs';

globalThis.WebSocket ??= WebSocket; // Node below 22

test('a revoked token is replaced by the next call; one that was kept elsewhere stays refused until the revocation ends', async (t) => {
  const app = await clone();
  const backend = new StreamClient(app.key, app.secret, { basePath: app.url });
  const client = new StreamChat(app.key, { baseURL: app.url, allowServerSideConnect: true });
  t.after(() => client.disconnectUser());

  const tokens = [];
  await client.connectUser({ id: 'john' }, async () => tokens[tokens.push(await app.fetchToken('john')) - 1]);

  // Tokens of the very second of a revocation still pass, so a minute goes by first.
  const { now } = await app.control('POST', '/clock/advance', { by: '1m' });
  const revoke = (before) => backend.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: before } }] });
  await revoke(now);

  await client.queryUsers({ id: 'jane' });
  assert.equal(tokens.length, 2, 'the token provider was asked once more');

  // Whoever holds the first one, say the thief of the phone:
  const thief = new StreamChat(app.key, { baseURL: app.url, allowServerSideConnect: true });
  t.after(() => thief.disconnectUser());
  await assert.rejects(thief.connectUser({ id: 'john' }, tokens[0]), /This token has been revoked/);

  await revoke(null);
  await thief.connectUser({ id: 'john' }, tokens[0]);
});
