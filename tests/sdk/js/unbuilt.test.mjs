// What Stream has and millpond has not, as the SDKs meet it: their own error with 501 and what to do, a line in the journal, and
// a stub that cures it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AT_ONCE, newApp } from './helpers.mjs';
import { client, provider, SDKS } from './sockets.mjs';

const [Feeds, Chat, Video] = ['feeds-client', 'stream-chat', 'video-client'].map((sdk) => SDKS.find((one) => one.sdk === sdk));

/** Asserts that each call is refused as not built and is in the journal, and that a stub at what the journal says cures it. */
async function notBuilt(app, calls) {
  for (const [call, family, ask] of calls) {
    await app.control('DELETE', '/requests');
    const error = await ask().then(() => assert.fail(`${call} was accepted`), (thrown) => thrown);
    const status = error.metadata?.responseCode ?? error.metadata?.response_code ?? error.status;
    assert.equal(`${status}/${error.code}`, '501/16', `${call}: ${error.stack}`);
    const { requests } = await app.control('GET', '/requests?operation=Unknown');
    assert.equal(requests.length, 1, `${call}: ${JSON.stringify(requests)}`);
    const [{ method, path, message, outcome, checks }] = requests;
    assert.equal(outcome, 'failed', call);
    assert.ok(checks.every(({ outcome: check }) => check !== 'fail'), `${call} was authenticated`);
    assert.ok(error.message.includes(`Stream has ${method} ${path}, and millpond has not. ${family}: not `), error.message);
    assert.ok(error.message.includes('| millpond stubs put - --app '), error.message);
    assert.ok(error.message.includes(message), 'the journal has the same text');
    await app.control('PUT', '/stubs', { method, path, body: { duration: '1ms' } });
    await ask().catch((thrown) => {
      // An answer without its fields may be more than an SDK can read; it was an answer.
      assert.ok(thrown instanceof TypeError, `${call}: ${thrown.stack}`);
    });
    const [again] = (await app.control('GET', '/requests')).requests;
    assert.deepEqual([again.stubbed, again.status], [true, 200], call);
  }
}

describe('what is not built', AT_ONCE, () => {
  test('node-sdk, as a server', async () => {
    const app = await newApp('not built: node-sdk');
    const { node } = app;
    await notBuilt(app, [
      ['queryChannels', 'Channels and their members', () => node.chat.queryChannels({})],
      ['getMessage', 'Messages', () => node.chat.getMessage({ id: 'm' })],
      ['queryThreads', 'Threads', () => node.chat.queryThreads({ user_id: 'john' })],
      ['listChannelTypes', 'Channel types', () => node.chat.listChannelTypes()],
      ['listCommands', 'Commands', () => node.chat.listCommands()],
      ['queryCampaigns', 'Campaigns', () => node.chat.queryCampaigns({})],
      ['queryReminders', 'Reminders', () => node.chat.queryReminders({ user_id: 'john' })],
      ['queryDrafts', 'Drafts', () => node.chat.queryDrafts({ user_id: 'john' })],
      ['listImports', 'Imports', () => node.listImports()],
      ['getOrCreateCall', 'Calls', () => node.video.getOrCreateCall({ type: 'default', id: 'standup', data: { created_by_id: 'john' } })],
      ['queryCalls', 'Calls', () => node.video.queryCalls({})],
      ['listCallTypes', 'Call types', () => node.video.listCallTypes()],
    ]);
  });

  test('stream-chat, as a server', async () => {
    const app = await newApp('not built: stream-chat as a server');
    const { chat } = app;
    await notBuilt(app, [
      ['queryChannels', 'Channels and their members', () => chat.queryChannels({}, {}, {})],
      ['getMessage', 'Messages', () => chat.getMessage('m')],
      ['search', 'Messages', () => chat.search({ type: 'messaging' }, 'hello')],
      ['listChannelTypes', 'Channel types', () => chat.listChannelTypes()],
      ['listCommands', 'Commands', () => chat.listCommands()],
      ['querySegments', 'Segments', () => chat.querySegments({})],
      ['queryCampaigns', 'Campaigns', () => chat.queryCampaigns({})],
      ['exportChannels', 'Channel exports', () => chat.exportChannels([{ type: 'messaging', id: 'general' }])],
    ]);
  });

  test('feeds-client, signed in', async (t) => {
    const app = await newApp('not built: feeds-client');
    const user = client(t, Feeds, app);
    await user.connect({ id: 'john' }, provider(() => app.provide('john')));
    await notBuilt(app, [
      ['getUserLiveLocations', 'Live locations', () => user.client.getUserLiveLocations()],
    ]);
  });

  test('stream-chat, signed in', async (t) => {
    const app = await newApp('not built: stream-chat');
    const user = client(t, Chat, app);
    await user.connect({ id: 'john' }, provider(() => app.provide('john')));
    await notBuilt(app, [
      ['watch', 'Channels and their members', () => user.client.channel('messaging', 'general').watch()],
      ['queryThreads', 'Threads', () => user.client.queryThreads()],
      ['queryDrafts', 'Drafts', () => user.client.queryDrafts()],
      ['getUnreadCount', 'Unread counts and sync', () => user.client.getUnreadCount()],
    ]);
  });

  test('video-client, signed in', async (t) => {
    const app = await newApp('not built: video-client');
    const user = client(t, Video, app);
    await user.connect({ id: 'john' }, provider(() => app.provide('john')));
    await notBuilt(app, [
      ['getOrCreate', 'Calls', () => user.client.call('default', 'standup').getOrCreate()],
      ['queryCalls', 'Calls', () => user.client.queryCalls()],
      ['edges', 'Video statistics and edges', () => user.client.edges()],
    ]);
  });
});
