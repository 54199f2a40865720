// millpond exec --fixture quickstart -- node --test --test-force-exit --test-timeout=60000 stub-what-is-not-built.test.mjs
//
// Collections are not built in millpond: such calls get 501. A stub gives one a fixed answer, behind real authentication.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedsClient } from '@stream-io/feeds-client';
import { clone } from './millpond.mjs';

const run = { name: 'runs', id: 'run-1', custom: { km: 10 }, created_at: 1_767_225_600_000_000_000 };

test('a stubbed call is answered, authenticated and counted', async () => {
  const app = await clone();
  await app.control('PUT', '/stubs', { method: 'POST', path: '/api/v2/feeds/collections/query', status: 201, body: { collections: [run], duration: '1ms' } });

  const client = new FeedsClient(app.key, { base_url: app.url });
  client.tokenManager.setTokenOrProvider(() => app.fetchToken('john'));
  const answer = await client.queryCollections({});
  assert.equal(answer.collections[0].id, 'run-1');
  assert.equal(answer.collections[0].created_at.getUTCFullYear(), 2026);

  const stranger = new FeedsClient(app.key, { base_url: app.url, configure_loggers_options: { default: { level: 'error' } } });
  stranger.tokenManager.setTokenOrProvider('not a token');
  await assert.rejects(stranger.queryCollections({}), ({ code }) => code === 5);

  await app.control('POST', '/requests/verify', {
    expect: [
      { user_id: 'john', status: 201, times: 1 },
      { operation: 'Unknown', outcome: 'refused', code: 5, times: 1 },
    ],
  });
});
