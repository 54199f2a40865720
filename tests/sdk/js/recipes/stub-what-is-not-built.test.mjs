// millpond exec --fixture quickstart -- node --test --test-force-exit --test-timeout=60000 stub-what-is-not-built.test.mjs
//
// Appeals are not built in millpond: such calls get 501. A stub gives one a fixed answer, behind real authentication.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedsClient } from '@stream-io/feeds-client';
import { clone } from './millpond.mjs';

const appeal = { id: 'appeal-1', status: 'submitted', created_at: 1_767_225_600_000_000_000, user: { id: 'john' } };

test('a stubbed call is answered, authenticated and counted', async () => {
  const app = await clone();
  await app.control('PUT', '/stubs', { method: 'POST', path: '/api/v2/moderation/appeals', status: 201, body: { items: [appeal], duration: '1ms' } });

  const client = new FeedsClient(app.key, { base_url: app.url });
  client.tokenManager.setTokenOrProvider(() => app.fetchToken('john'));
  const answer = await client.queryAppeals({});
  assert.equal(answer.items[0].id, 'appeal-1');
  assert.equal(answer.items[0].created_at.getUTCFullYear(), 2026);

  const stranger = new FeedsClient(app.key, { base_url: app.url, configure_loggers_options: { default: { level: 'error' } } });
  stranger.tokenManager.setTokenOrProvider('not a token');
  await assert.rejects(stranger.queryAppeals({}), ({ code }) => code === 5);

  await app.control('POST', '/requests/verify', {
    expect: [
      { user_id: 'john', status: 201, times: 1 },
      { operation: 'Unknown', outcome: 'refused', code: 5, times: 1 },
    ],
  });
});
