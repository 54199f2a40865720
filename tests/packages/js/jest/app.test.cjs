// As a project of CommonJS would have it.

const { StreamClient } = require('@stream-io/node-sdk');
const { expect, withMillpond } = require('millpond/jest');

const test = withMillpond({ fixture: 'quickstart' });

test('a feed is posted to and read', async ({ app }) => {
  const backend = new StreamClient(app.apiKey, app.apiSecret, { basePath: app.url });
  const feed = backend.feeds.feed('user', 'john');
  await feed.getOrCreate({ user_id: 'john' });
  await backend.feeds.addActivity({ feeds: ['user:john'], type: 'post', text: 'Hello', user_id: 'john' });
  const { activities } = await feed.getOrCreate({ user_id: 'john' });
  expect(activities.map(({ text }) => text)).toEqual(['Hello']);
  await expect(app).toHaveReceived({ operation: 'AddActivity', caller: 'server', times: 1 });
  await expect(app).not.toHaveReceived({ operation: 'Connect' });
  await expect(app).toHaveReceivedInOrder([{ operation: 'GetOrCreateFeed', times: 2 }, { operation: 'AddActivity' }]);
});

test('no other test has been here', async ({ app }) => {
  await expect(app).toHaveReceived({ operation: 'AddActivity', times: 0 });
  await expect(expect(app).toHaveReceived({ operation: 'GetApp' })).rejects.toThrow('GetApp was never called');
  await app.faults.add({ operation: 'GetApp', then: { error: { code: 40 } } });
  await app.clock.freeze(new Date('2040-01-01T00:00:00Z'));
  expect((await app.clock.now()).toISOString()).toBe('2040-01-01T00:00:00.000Z');
});
