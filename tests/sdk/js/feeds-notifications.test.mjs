// Notification feeds and stories in the front-end SDK: what its state shows after each event, and that the next reading of
// the feed says the same; and what the server SDK marks and tells.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { becomes, caughtUp, connected } from './feeds.mjs';
import { AT_ONCE, newApp, refused } from './helpers.mjs';
import { heard } from './sockets.mjs';

const app = await newApp('feeds-notifications');
const { feeds } = app.node;
await feeds.createFeedGroup({ id: 'inbox', notification: { track_read: true, track_seen: true } });

/** A user's own feed of a group, watched by the user. */
async function watched(t, group, id) {
  const client = await connected(t, app, id);
  const feed = client.feed(group, id);
  await feed.getOrCreate({ watch: true });
  return { client, feed };
}

const counts = ({ notification_status: { unread, unseen } }) => [unread, unseen];

/**
 * Each group's kind, how many it has, and whether it is read and seen; by kind, since the SDK leaves a group that has grown in
 * its place.
 */
const groups = ({ aggregated_activities: all }) =>
  all.map(({ group, is_read, is_seen, activity_count }) => [group.split('_').at(-2), activity_count, is_read, is_seen]).sort();

/** What a feed's state says, against what a fresh reading of it does. */
async function assertAsRead(feed) {
  const { currentState: state } = feed;
  const read = await app.node.feeds.getOrCreateFeed({ feed_group_id: feed.group, feed_id: feed.id, user_id: feed.id });
  assert.deepEqual(state.notification_status, read.notification_status);
  const flags = ({ group, id, is_read, is_seen }) => [group ?? id, is_read, is_seen];
  assert.deepEqual((state.aggregated_activities ?? []).map(flags).sort(), read.aggregated_activities.map(flags).sort());
  assert.deepEqual((state.activities ?? []).map(flags), read.activities.map(flags));
}

const note = (id, type, group = 'notification') => feeds.addActivity({ type, feeds: [`${group}:${id}`], user_id: 'somebody' });

describe('feeds-client: notification feeds', AT_ONCE, () => {
  test('a fresh one has read nothing and marked nothing', async (t) => {
    const { client, feed } = await watched(t, 'notification', 'fresh');
    assert.deepEqual(feed.currentState.notification_status, { unread: 0, unseen: 0 });
    await feed.markActivity({ mark_all_seen: true });
    await caughtUp(app, client);
    const { unread, last_read_at, last_seen_at, seen_activities } = feed.currentState.notification_status;
    assert.deepEqual([unread, last_read_at, seen_activities], [0, undefined, []]);
    assert.ok(last_seen_at instanceof Date);
  });

  test('what others do shows up in it, in groups and counts, and goes when it is taken back', async (t) => {
    const { client, feed } = await watched(t, 'notification', 'followed');
    const follower = await connected(t, app, 'follower');
    await client.feed('user', 'followed').getOrCreate();
    const timeline = follower.feed('timeline', 'follower');
    await timeline.getOrCreate();
    const told = heard(client, 'feeds.notification_feed.updated');
    const pair = { source: 'timeline:follower', target: 'user:followed' };
    const answer = await follower.follow({ ...pair, create_notification_activity: true });
    assert.equal(answer.notification_created, true);
    const event = await told;
    assert.deepEqual([event.fid, event.user.id], ['notification:followed', 'follower']);
    assert.deepEqual([counts(feed.currentState), groups(feed.currentState)], [[1, 1], [['follow', 1, false, false]]]);
    const [activity] = feed.currentState.aggregated_activities[0].activities;
    assert.deepEqual([activity.type, activity.user.id, activity.notification_context.target.id], ['follow', 'follower', 'followed']);
    await assertAsRead(feed);
    await note('followed', 'poke');
    await caughtUp(app, client);
    assert.deepEqual(counts(feed.currentState), [2, 2]);
    await assertAsRead(feed);
    const less = becomes(feed, (state) => state.notification_status.unread === 1);
    await follower.unfollow({ ...pair, delete_notification_activity: true });
    await less;
  });

  test('marks of groups, of all, and what is new in a group that was read', async (t) => {
    const { client, feed } = await watched(t, 'notification', 'marks');
    for (const type of ['like', 'poke', 'like']) await note('marks', type);
    await caughtUp(app, client);
    assert.deepEqual(groups(feed.currentState), [['like', 2, false, false], ['poke', 1, false, false]]);
    const { group } = feed.currentState.aggregated_activities.find((one) => one.activity_count === 2);
    const marked = heard(client, 'feeds.activity.marked');
    await feed.markActivity({ mark_read: [group], mark_all_seen: true });
    assert.deepEqual((await marked).mark_read, [group]);
    await caughtUp(app, client);
    const status = feed.currentState.notification_status;
    assert.deepEqual([status.unread, status.unseen, status.read_activities, status.last_read_at], [1, 0, [group], undefined]);
    assert.ok(status.last_seen_at instanceof Date);
    assert.deepEqual(groups(feed.currentState), [['like', 2, true, true], ['poke', 1, false, true]]);
    await assertAsRead(feed);
    await note('marks', 'like');
    await caughtUp(app, client);
    assert.deepEqual([counts(feed.currentState), groups(feed.currentState)], [[2, 1], [['like', 3, false, false], ['poke', 1, false, true]]]);
    await assertAsRead(feed);
    await feed.markActivity({ mark_all_read: true });
    await caughtUp(app, client);
    assert.deepEqual(counts(feed.currentState), [0, 1]);
    await assertAsRead(feed);
  });

  test('all that is read under a clock that stands still, and what comes in the same moment', async (t) => {
    const own = await newApp('feeds-notifications: frozen');
    await own.freeze('2040-01-01T12:00:00Z');
    const client = await connected(t, own, 'still');
    const feed = client.feed('notification', 'still');
    await feed.getOrCreate({ watch: true });
    const add = (type) => own.node.feeds.addActivity({ type, feeds: ['notification:still'], user_id: 'somebody' });
    await add('like');
    await feed.markActivity({ mark_all_read: true, mark_all_seen: true });
    await caughtUp(own, client);
    assert.deepEqual([counts(feed.currentState), groups(feed.currentState)], [[0, 0], [['like', 1, true, true]]]);
    await add('poke');
    await caughtUp(own, client);
    const expected = [['like', 1, true, true], ['poke', 1, false, false]];
    assert.deepEqual([counts(feed.currentState), groups(feed.currentState)], [[1, 1], expected]);
  });

  test('a group is paged, and a filter leaves what it finds while the status says all', async (t) => {
    const { client, feed } = await watched(t, 'notification', 'paged');
    for (const type of ['a', 'b', 'c']) await note('paged', type);
    await caughtUp(app, client);
    const page = await feed.getOrCreate({ limit: 2 });
    assert.equal(page.aggregated_activities.length, 2);
    await feed.getNextPage();
    const kinds = feed.currentState.aggregated_activities.map(({ activities }) => activities[0].type);
    assert.deepEqual(kinds, ['c', 'b', 'a']);
    assert.equal(feed.currentState.next, undefined);
    const some = await feed.getOrCreate({ filter: { activity_type: 'a' } });
    assert.deepEqual([some.aggregated_activities.length, counts(some)], [1, [3, 3]]);
  });

  test('a flat group says it of each activity', async (t) => {
    const { client, feed } = await watched(t, 'inbox', 'flat');
    const posts = [];
    for (const text of ['one', 'two']) {
      posts.push((await client.addActivity({ type: 'post', feeds: ['inbox:flat'], text })).activity.id);
    }
    await caughtUp(app, client);
    const flags = () => feed.currentState.activities.map(({ text, is_read, is_seen }) => [text, is_read, is_seen]);
    assert.deepEqual([counts(feed.currentState), flags()], [[2, 2], [['two', false, false], ['one', false, false]]]);
    await feed.markActivity({ mark_read: [posts[0]], mark_seen: posts });
    await caughtUp(app, client);
    assert.deepEqual([counts(feed.currentState), flags()], [[1, 0], [['two', false, true], ['one', true, true]]]);
    await assertAsRead(feed);
    await feed.markActivity({ mark_all_read: true });
    await caughtUp(app, client);
    assert.equal(feed.currentState.notification_status.unread, 0);
    await assertAsRead(feed);
  });

  test('a mention is told to whom it names, and nobody else is told what somebody marked', async (t) => {
    const { client, feed } = await watched(t, 'notification', 'named');
    const { client: author } = await watched(t, 'user', 'author');
    const told = becomes(feed, (state) => state.notification_status.unread === 1);
    const body = { type: 'post', feeds: ['user:author'], text: 'hi', mentioned_user_ids: ['named', 'author'] };
    const answer = await author.addActivity({ ...body, create_notification_activity: true });
    assert.equal(answer.mention_notifications_created, 1);
    await told;
    const { trigger, target } = feed.currentState.aggregated_activities[0].activities[0].notification_context;
    assert.deepEqual([trigger.type, target.id, target.text], ['mention', answer.activity.id, 'hi']);
    const gone = becomes(feed, (state) => state.notification_status.unread === 0);
    const { id } = answer.activity;
    await author.updateActivityPartial({ id, set: { mentioned_user_ids: [] }, handle_mention_notifications: true });
    await gone;
    await caughtUp(app, client);
    await refused(author.feed('notification', 'named').markActivity({ mark_all_read: true }), {
      status: 403, code: 17, operation: 'MarkActivity', reason: /action ReadFeed in scope 'feeds:private'/,
    });
  });
});

describe('feeds-client: stories', AT_ONCE, () => {
  test('are shown by author, and whoever watched one is told so alone, in every feed that shows it', async (t) => {
    const { client: author, feed: own } = await watched(t, 'story', 'teller');
    const { client, feed } = await watched(t, 'stories', 'viewer');
    await feed.follow('story:teller');
    const seen = client.feed('story', 'teller');
    await seen.getOrCreate({ watch: true });
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const shown = becomes(feed, ({ aggregated_activities: all }) => all?.[0]?.activities.length === 2);
    const ids = [];
    for (const text of ['one', 'two']) {
      ids.push((await author.addActivity({ type: 'story', feeds: ['story:teller'], text, expires_at })).activity.id);
    }
    await shown;
    const state = () => {
      const [{ group, is_watched, activities }] = feed.currentState.aggregated_activities;
      return [group, is_watched, activities.map((one) => [one.text, one.is_watched])];
    };
    assert.deepEqual(state(), ['teller', false, [['one', false], ['two', false]]]);
    await seen.getOrCreate({ watch: true });
    const told = heard(client, 'feeds.stories_feed.updated');
    await feed.markActivity({ mark_watched: [ids[0]] });
    await told;
    await caughtUp(app, client);
    assert.deepEqual(state(), ['teller', false, [['one', true], ['two', false]]]);
    assert.deepEqual(seen.currentState.activities.map((one) => [one.text, one.is_watched]), [['one', true], ['two', false]]);
    await seen.markActivity({ mark_watched: [ids[1]] });
    await caughtUp(app, client);
    assert.deepEqual(state(), ['teller', true, [['one', true], ['two', true]]]);
    await caughtUp(app, author);
    assert.deepEqual((own.currentState.activities ?? []).map((one) => one.is_watched ?? false), [false, false]);
  });
});

describe('node-sdk: notification feeds', AT_ONCE, () => {
  test('a server follows and tells, marks in a name, and has to name somebody', async () => {
    const named = { feed_group_id: 'notification', feed_id: 'served' };
    await app.node.upsertUsers([{ id: 'served' }, { id: 'server-fan' }]);
    for (const [feed_group_id, feed_id] of [['user', 'served'], ['timeline', 'server-fan']]) {
      await feeds.getOrCreateFeed({ feed_group_id, feed_id, user_id: feed_id });
    }
    const pair = { source: 'timeline:server-fan', target: 'user:served', create_notification_activity: true };
    const { notification_created } = await feeds.getOrCreateFollow(pair);
    assert.equal(notification_created, true);
    const read = () => feeds.getOrCreateFeed({ ...named, user_id: 'served' });
    assert.deepEqual(counts(await read()), [1, 1]);
    await feeds.markActivity({ ...named, user_id: 'served', mark_all_read: true, mark_seen: [] });
    assert.deepEqual(counts(await read()), [0, 1]);
    await refused(feeds.markActivity({ ...named, mark_all_read: true }), {
      status: 400, code: 4, operation: 'MarkActivity', reason: 'user_id is required for server side requests',
    });
    const { activity, mention_notifications_created } = await feeds.addActivity({
      type: 'post', feeds: ['user:server-fan'], user_id: 'server-fan', mentioned_user_ids: ['served'], create_notification_activity: true,
    });
    assert.equal(mention_notifications_created, 1);
    assert.deepEqual(counts(await read()), [1, 2]);
    await feeds.deleteActivity({ id: activity.id, delete_notification_activity: true });
    assert.deepEqual(counts(await read()), [0, 1]);
  });

  test('what is hidden is not unread, and what is pinned says whether it is read', async () => {
    const own = { feed_group_id: 'inbox', feed_id: 'hider', user_id: 'hider' };
    const read = () => feeds.getOrCreateFeed(own);
    for (const id of ['hide-a', 'hide-b']) await feeds.addActivity({ id, type: 'post', feeds: ['inbox:hider'], user_id: 'hider' });
    assert.deepEqual(counts(await read()), [2, 2]);
    await feeds.activityFeedback({ activity_id: 'hide-a', hide: true, user_id: 'hider' });
    assert.deepEqual(counts(await read()), [1, 1]);
    await feeds.markActivity({ ...own, mark_read: ['hide-b'] });
    await feeds.pinActivity({ ...own, activity_id: 'hide-b' });
    const page = await read();
    assert.deepEqual([counts(page), page.pinned_activities.map(({ activity: { is_read, is_seen } }) => [is_read, is_seen])], [[0, 1], [[true, false]]]);
  });

  test('a view groups what a feed shows', async () => {
    const named = { feed_group_id: 'user', feed_id: 'viewed', user_id: 'viewed' };
    await feeds.createFeedView({ id: 'by-type', aggregation: { format: '{{ type }}' } });
    for (const type of ['post', 'note', 'post']) await feeds.addActivity({ type, feeds: ['user:viewed'], user_id: 'viewed' });
    const page = await feeds.getOrCreateFeed({ ...named, view: 'by-type' });
    assert.deepEqual(page.aggregated_activities.map(({ group, activity_count }) => [group, activity_count]), [['post', 2], ['note', 1]]);
    assert.deepEqual(page.activities, []);
  });
});
