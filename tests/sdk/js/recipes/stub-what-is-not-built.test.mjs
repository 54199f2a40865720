// millpond exec --fixture quickstart -- node --test --test-force-exit --test-timeout=60000 stub-what-is-not-built.test.mjs
//
// Live locations are not built in millpond: such calls get 501. A stub gives one a fixed answer, behind real authentication.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedsClient } from '@stream-io/feeds-client';
import { clone } from './millpond.mjs';

const run = { channel_cid: 'messaging:run', message_id: 'run-1', user_id: 'john', latitude: 52.5, longitude: 13.4, created_at: 1_767_225_600_000_000_000 };

test('a stubbed call is answered, authenticated and counted', async () => {
  const app = await clone();
  const body = { active_live_locations: [run], duration: '1ms' };
  await app.control('PUT', '/stubs', { method: 'GET', path: '/api/v2/users/live_locations', body });

  const client = new FeedsClient(app.key, { base_url: app.url });
  client.tokenManager.setTokenOrProvider(() => app.fetchToken('john'));
  const answer = await client.getUserLiveLocations();
  assert.equal(answer.active_live_locations[0].message_id, 'run-1');
  assert.equal(answer.active_live_locations[0].created_at.getUTCFullYear(), 2026);

  const stranger = new FeedsClient(app.key, { base_url: app.url, configure_loggers_options: { default: { level: 'error' } } });
  stranger.tokenManager.setTokenOrProvider('not a token');
  await assert.rejects(stranger.getUserLiveLocations(), ({ code }) => code === 5);

  await app.control('POST', '/requests/verify', {
    expect: [
      { caller: 'user', user_id: 'john', status: 200, times: 1 },
      { operation: 'Unknown', outcome: 'refused', code: 5, times: 1 },
    ],
  });
});
