// What an SDK did, asked of the journal: a refresh is verified in one call, and what is still to come is waited for, not slept for.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AT_ONCE, newApp } from './helpers.mjs';
import { client, provider, SDKS } from './sockets.mjs';

const MINUTE = 60;

describe('journal', AT_ONCE, () => {
  for (const Sdk of SDKS) {
    test(`${Sdk.sdk}: a refresh at connect is verified in one call, and the end of the socket waited for`, async (t) => {
      const app = await newApp('journal: refresh at connect');
      const stale = await app.provide('john', MINUTE);
      await app.advance('2m');
      await app.control('DELETE', '/requests');
      const user = client(t, Sdk, app);
      await user.connect({ id: 'john', name: 'John' }, provider(stale, () => app.provide('john')));

      const { ok, account } = await app.control('POST', '/requests/verify', {
        in_order: true,
        expect: [
          { operation: 'Connect', user_id: 'john', outcome: 'refused', code: 40, times: 1 },
          { operation: 'TokenProvider', user_id: 'john', outcome: 'ok', times: 1 },
          { operation: 'Connect', user_id: 'john', caller: 'user', status: 101, times: 1 },
        ],
      });
      assert.ok(ok, account.join('\n'));

      const list = async (filters) => (await app.control('GET', `/requests?order=asc&${filters}`)).requests;
      const [refused, accepted] = await list('operation=Connect');
      const [given] = await list('operation=TokenProvider');
      assert.equal(given.token, accepted.token, 'the token that was given out is the one that was then shown');
      assert.notEqual(refused.token, accepted.token);
      assert.deepEqual([refused.path, accepted.path], [Sdk.door, Sdk.door]);
      assert.ok(accepted.sdk, 'the SDK says what it is');

      const ending = app.control('GET', '/requests/wait?operation=Disconnect&user_id=john&timeout=30s');
      await user.disconnect();
      const { matched, requests } = await ending;
      assert.ok(matched);
      assert.equal(requests[0].connection_id, accepted.connection_id);
    });
  }
});
