// As a project would have it: the SDKs against an app of each test's own.

import { FeedsClient } from '@stream-io/feeds-client';
import { StreamClient } from '@stream-io/node-sdk';
import { expect, withMillpond } from 'millpond/vitest';
import WebSocket from 'ws';

globalThis.WebSocket ??= WebSocket; // Node below 22

const test = withMillpond({ fixture: 'quickstart' });

async function signedIn(app, id) {
  const client = new FeedsClient(app.apiKey, { base_url: app.url });
  await client.connectUser({ id }, app.tokenProvider(id));
  return client;
}

test('a feed is posted to and read', async ({ app }) => {
  const john = await signedIn(app, 'john');
  const feed = john.feed('user', 'john');
  await feed.getOrCreate();
  await john.addActivity({ feeds: ['user:john'], type: 'post', text: 'Hello' });
  await john.disconnectUser();

  const backend = new StreamClient(app.apiKey, app.apiSecret, { basePath: app.url });
  const { activities } = await backend.feeds.feed('user', 'john').getOrCreate({ user_id: 'john' });
  expect(activities.map(({ text }) => text)).toEqual(['Hello']);

  await expect(app).toHaveReceived({ operation: 'Connect', userId: 'john', times: 1 });
  await expect(app).toHaveReceived({ operation: 'Disconnect', userId: 'john', timeout: '10s' });
  await expect(app).not.toHaveReceived({ operation: 'DeleteFeed' });
  await expect(app).toHaveReceivedInOrder([{ operation: 'Connect' }, { operation: 'AddActivity', caller: 'user' }]);
  await expect(app).not.toHaveReceivedInOrder([{ operation: 'AddActivity' }, { operation: 'Connect' }]);
});

test('no other test has been here', async ({ app, millpond }) => {
  await expect(app).toHaveReceived({ operation: 'Connect', times: 0 });
  expect(app.apiKey).not.toBe(millpond.app.apiKey);
});

test('what does not hold is told in the words of the control API', async ({ app }) => {
  await expect(expect(app).toHaveReceived({ operation: 'GetApp', times: 2 })).rejects.toThrow('GetApp was never called; expected exactly 2');
  await expect(expect('an app').toHaveReceived({})).rejects.toThrow('the app of millpond');
});
