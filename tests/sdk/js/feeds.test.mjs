// A feed, from the first call to what another browser shows of it: the front-end SDK with its state, the server SDK, raw frames.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { becomes, caughtUp, connected, SHOW_ALL, texts } from './feeds.mjs';
import { AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds');

describe('feeds', AT_ONCE, () => {
  test('feeds-client: a feed is made by its first reader, who owns it', async (t) => {
    const john = await connected(t, app, 'maker');
    const feed = john.feed('user', 'maker');
    const first = await feed.getOrCreate();
    assert.equal(first.created, true);
    assert.equal(first.feed.feed, 'user:maker');
    assert.equal(first.feed.created_by.id, 'maker');
    assert.equal(first.feed.visibility, 'visible');
    assert.deepEqual([first.feed.name, first.feed.description, first.feed.activity_count], ['', '', 0]);
    assert.ok(first.feed.own_capabilities.includes('add-activity'), 'its owner may post');
    assert.deepEqual(first.activities, []);
    assert.equal('next' in first, false, 'nothing follows');
    const again = await feed.getOrCreate();
    assert.equal(again.created, false);
    assert.equal(feed.state.getLatestValue().created_by.id, 'maker');
  });

  test('feeds-client: what one browser posts another shows, without a reload, and its own shows it once', async (t) => {
    const [writer, reader] = [await connected(t, app, 'writer'), await connected(t, app, 'reader')];
    const own = writer.feed('user', 'writer');
    await own.getOrCreate({ watch: true });
    const seen = reader.feed('user', 'writer', SHOW_ALL);
    await seen.getOrCreate({ watch: true });
    const shown = becomes(seen, (state) => texts(state).includes('hello'));
    const answer = await writer.addActivity({ feeds: ['user:writer'], type: 'post', text: 'hello' });
    assert.equal(answer.activity.current_feed.feed, 'user:writer');
    assert.equal(answer.activity.current_feed.activity_count, 1);
    const state = await shown;
    assert.deepEqual(texts(state), ['hello']);
    assert.equal(state.activities[0].updated_at.getTime(), answer.activity.updated_at.getTime());
    await becomes(own, (state) => texts(state).length > 0);
    assert.deepEqual(texts(own.state.getLatestValue()), ['hello']);
  });

  test('feeds-client: who no longer watches hears no more', async (t) => {
    const [writer, reader] = [await connected(t, app, 'writer-2'), await connected(t, app, 'reader-2')];
    const own = writer.feed('user', 'writer-2');
    await own.getOrCreate({ watch: true });
    const seen = reader.feed('user', 'writer-2');
    await seen.getOrCreate({ watch: true });
    await seen.stopWatching();
    const events = [];
    reader.on('feeds.activity.added', (event) => events.push(event));
    await writer.addActivity({ feeds: ['user:writer-2'], type: 'post', text: 'unheard' });
    await becomes(own, (state) => texts(state).includes('unheard'));
    await caughtUp(app, reader);
    assert.deepEqual(events, []);
  });

  test('feeds-client: several feeds are made at once, each as it is said, and what is there stays as it is', async (t) => {
    const maker = await connected(t, app, 'batch');
    const wanted = ['b1', 'b2'].map((feed_id) => ({ feed_group_id: 'user', feed_id, name: feed_id }));
    const { feeds } = await maker.createFeedsBatch({ feeds: wanted, enrich_own_fields: true });
    assert.deepEqual(feeds.map(({ feed, name, created_by: owner }) => [feed, name, owner.id]), [['user:b1', 'b1', 'batch'], ['user:b2', 'b2', 'batch']]);
    assert.ok(feeds[0].own_capabilities.includes('delete-feed'));
    const { feeds: again } = await maker.createFeedsBatch({ feeds: [{ ...wanted[0], name: 'Other' }] });
    assert.deepEqual([again[0].name, 'own_capabilities' in again[0]], ['b1', false]);
  });

  test('node-sdk: a server posts in the name of a user whom nobody has made, into a feed that nobody has made', async () => {
    const { activity } = await app.node.feeds.addActivity({
      feeds: ['user:fresh'],
      type: 'post',
      text: 'first',
      user_id: 'fresh',
      attachments: [{ custom: null, type: 'image' }],
    });
    assert.equal(activity.user.id, 'fresh');
    assert.deepEqual(activity.attachments[0].custom, {});
    const feed = await app.node.feeds.getOrCreateFeed({ feed_group_id: 'user', feed_id: 'fresh', user_id: 'fresh' });
    assert.equal(feed.created, false);
    assert.deepEqual(feed.activities.map((one) => one.text), ['first']);
    assert.equal(feed.feed.activity_count, 1);
  });

  test('node-sdk: a feed is walked by pages, and the last has no next, also when it is exactly full', async () => {
    const feed = { feed_group_id: 'user', feed_id: 'walked', user_id: 'walker', limit: 2 };
    for (const text of ['a', 'b', 'c', 'd']) {
      await app.node.feeds.addActivity({ feeds: ['user:walked'], type: 'post', text, user_id: 'walker' });
    }
    const first = await app.node.feeds.getOrCreateFeed(feed);
    assert.deepEqual(texts(first), ['d', 'c']);
    await app.node.feeds.addActivity({ feeds: ['user:walked'], type: 'post', text: 'e', user_id: 'walker' });
    const second = await app.node.feeds.getOrCreateFeed({ ...feed, next: first.next });
    assert.deepEqual(texts(second), ['b', 'a'], 'what came on top moves nothing');
    assert.equal('next' in second, false);
    const back = await app.node.feeds.getOrCreateFeed({ ...feed, prev: second.prev });
    assert.deepEqual(texts(back), ['d', 'c']);
    assert.ok(back.prev, 'there is a newer one by now');
  });

  test('node-sdk: a server has to say in whose name, and a group that is not there is told', async () => {
    const nobody = app.node.feeds.addActivity({ feeds: ['user:x'], type: 'post' });
    const reason = 'user_id is required for server side requests';
    await refused(nobody, { status: 400, code: 4, operation: 'AddActivity', reason });
    const missing = app.node.feeds.getOrCreateFeed({ feed_group_id: 'nope', feed_id: 'x', user_id: 'x' });
    await refused(missing, { status: 404, code: 16, operation: 'GetOrCreateFeed', reason: /not found/ });
  });
});
