// What a feed is to a user (`own_…`) is in no event: the SDK asks for it, once for each feed that it has not seen. It keeps
// what it is to ask for in one list for all its clients, so this has a process of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, caughtUp, connected, SHOW_ALL, texts } from './feeds.mjs';
import { newApp } from './helpers.mjs';

const app = await newApp('feeds-own');

/** The feeds that each OwnBatch of a user asked for. */
async function asked(userId) {
  const { requests } = await app.control('GET', `/requests?order=asc&operation=OwnBatch&user_id=${userId}`);
  const bodies = [];
  for (const { id } of requests) {
    const { request } = await app.control('GET', `/requests/${id}`);
    bodies.push(request.body.feeds);
  }
  return bodies;
}

test('what the feed of a post in a watched timeline is to its reader is asked for once, and shown', async (t) => {
  const [author, fan] = [await connected(t, app, 'author'), await connected(t, app, 'fan')];
  await author.feed('timeline', 'author').getOrCreate();
  await author.feed('user', 'author').getOrCreate();
  await fan.feed('user', 'fan').getOrCreate();
  await author.follow({ source: 'timeline:author', target: 'user:fan' });
  const timeline = fan.feed('timeline', 'fan', SHOW_ALL);
  await timeline.getOrCreate({ watch: true });
  await app.node.feeds.follow({ source: 'timeline:fan', target: 'user:author' });
  await caughtUp(app, fan);

  const told = new Promise((resolve) => timeline.on('feeds.activity.added', resolve));
  await author.addActivity({ feeds: ['user:author'], type: 'post', text: 'one' });
  const { activity } = await told;
  const own = Object.keys(activity.current_feed).filter((name) => name.startsWith('own_'));
  assert.deepEqual(own, [], 'an event is for everybody');
  const feed = fan.feed('user', 'author');
  const state = await becomes(feed, ({ own_capabilities: rights }) => rights !== undefined);
  assert.ok(state.own_capabilities.includes('read-feed') && !state.own_capabilities.includes('update-feed'));
  assert.deepEqual(state.own_follows.map(({ source_feed: source }) => source.feed), ['timeline:fan']);
  assert.deepEqual(state.own_followings.map(({ source_feed: source }) => source.feed), ['timeline:author']);

  await author.addActivity({ feeds: ['user:author'], type: 'post', text: 'two' });
  await becomes(timeline, (now) => texts(now).length === 2);
  await caughtUp(app, fan);
  assert.deepEqual(await asked('fan'), [['user:author']]);
});

test('a read gives it for the feed and for the feed of each activity, so that nothing is asked for', async (t) => {
  const reader = await connected(t, app, 'reader');
  const timeline = reader.feed('timeline', 'reader');
  await app.node.feeds.addActivity({ feeds: ['user:writer'], type: 'post', text: 'old', user_id: 'writer' });
  await timeline.getOrCreate({ watch: true });
  await timeline.follow('user:writer');
  await timeline.getOrCreate({ watch: true });
  const [{ current_feed: feed }] = timeline.currentState.activities;
  assert.ok(feed.own_capabilities.includes('read-feed'));
  assert.deepEqual(feed.own_follows.map(({ source_feed: source }) => source.feed), ['timeline:reader']);
  assert.ok(reader.feed('user', 'writer').currentState.own_capabilities.includes('read-feed'));
  assert.deepEqual(await asked('reader'), []);
});
