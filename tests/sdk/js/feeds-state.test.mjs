// What the state of the front-end SDK shows after each event, and that each change is one: the answer to one's own call and
// the event of it are told apart by their contents alone.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caughtUp, changes, connected, SHOW_ALL, texts } from './feeds.mjs';
import { AT_ONCE, newApp } from './helpers.mjs';
import { heard } from './sockets.mjs';

const app = await newApp('feeds-state');

/** A user's own feed as its owner, as the same user elsewhere, and as somebody else watch it. */
async function watched(t, name, data) {
  const [owner, elsewhere, other] = await Promise.all([name, name, `${name}-other`].map((id) => connected(t, app, id)));
  const feeds = [];
  for (const client of [owner, elsewhere, other]) {
    const feed = client.feed('user', name, client === other ? SHOW_ALL : undefined);
    await feed.getOrCreate({ watch: true, followers_pagination: { limit: 10 }, data });
    feeds.push(feed);
  }
  const [own, also, foreign] = feeds;
  const allCaughtUp = () => Promise.all([owner, elsewhere, other].map((client) => caughtUp(app, client)));
  return {
    owner,
    other,
    own,
    also,
    foreign,
    feeds,
    /** Has the owner post, and all see it. */
    async posted(text, more) {
      const { activity } = await post(owner, `user:${name}`, text, more);
      await allCaughtUp();
      return activity.id;
    },
    /** Runs an action, and says what each feed's state became meanwhile. */
    async during(action) {
      const seen = feeds.map(changes);
      await action();
      await allCaughtUp();
      return seen;
    },
  };
}

const post = (client, fid, text, more) => client.addActivity({ feeds: [fid], type: 'post', text, ...more });

/** How often each state changed. */
const times = (seen) => seen.map(({ length }) => length);

const sourcesOf = ({ followers }) => followers.map(({ source_feed: source }) => source.feed);
const targetsOf = ({ following }) => following.map(({ target_feed: target }) => target.feed);

describe('feeds-client: the state of a feed', AT_ONCE, () => {
  test('the watcher whose call makes a feed hears that it was made', async (t) => {
    const maker = await connected(t, app, 'maker');
    const feed = maker.feed('user', 'maker');
    const created = heard(maker, 'feeds.feed.created');
    await feed.getOrCreate({ watch: true, data: { name: 'Made', custom: { a: 1 } } });
    const event = await created;
    assert.deepEqual([event.feed.name, event.feed.custom, event.members], ['Made', { a: 1 }, []]);
    assert.equal(feed.state.getLatestValue().own_capabilities.includes('update-feed'), true);
  });

  test('an update of a feed is one change, wherever it is watched', async (t) => {
    const { own, feeds, during } = await watched(t, 'update');
    const capabilities = feeds.map(({ currentState }) => currentState.own_capabilities);
    const seen = await during(() => own.update({ name: 'New', custom: { a: 1 } }));
    assert.deepEqual(times(seen), [1, 1, 1]);
    for (const [n, { currentState }] of feeds.entries()) {
      assert.deepEqual([currentState.name, currentState.custom], ['New', { a: 1 }]);
      assert.deepEqual(currentState.own_capabilities, capabilities[n], 'an event takes no rights away');
    }
  });

  test('updates of one and the same moment are changes all the same', async (t) => {
    const own = await newApp('feeds-state: frozen');
    await own.freeze('2040-01-01T12:00:00Z');
    const maker = await connected(t, own, 'fast');
    const feed = maker.feed('user', 'fast');
    await feed.getOrCreate({ watch: true });
    await caughtUp(own, maker);
    const states = changes(feed);
    for (const name of ['one', 'two', 'three']) await feed.update({ name });
    await caughtUp(own, maker);
    assert.deepEqual(states.map(({ name }) => name), ['one', 'two', 'three']);
  });

  test('a deletion of a feed is one change, and a feed by that name is a new one', async (t) => {
    const { owner, own, during } = await watched(t, 'ended');
    const seen = await during(() => own.delete({ hard_delete: true }));
    assert.deepEqual(times(seen), [1, 1, 1]);
    for (const [state] of seen) assert.ok(state.deleted_at instanceof Date);
    const anew = owner.feed('user', 'ended');
    assert.notEqual(anew, own);
    assert.equal((await anew.getOrCreate()).created, true);
  });

  test('a feed whose visibility changes says so in one change', async (t) => {
    const { owner, own, also, during } = await watched(t, 'closing');
    await during(() => owner.changeFeedVisibility({ feed_group_id: 'user', feed_id: 'closing', visibility: 'private' }));
    assert.deepEqual([own, also].map(({ currentState }) => currentState.visibility), ['private', 'private']);
  });

  test('a post is shown once by its author, by the author elsewhere, and by another', async (t) => {
    const { owner, feeds, during } = await watched(t, 'posts');
    const seen = await during(() => post(owner, 'user:posts', 'hello'));
    assert.deepEqual(times(seen), [1, 1, 1]);
    for (const { currentState } of feeds) assert.deepEqual(texts(currentState), ['hello']);
  });

  test('an update of an activity, whole or in part, is one change', async (t) => {
    const { owner, feeds, posted, during } = await watched(t, 'edits');
    const id = await posted('before', { custom: { a: 1 } });
    const part = await during(() => owner.updateActivityPartial({ id, set: { text: 'part' } }));
    assert.deepEqual(times(part), [1, 1, 1]);
    const whole = await during(() => owner.updateActivity({ id, text: 'whole' }));
    assert.deepEqual(times(whole), [1, 1, 1]);
    for (const { currentState } of feeds) {
      const [shown] = currentState.activities;
      assert.deepEqual([currentState.activities.length, shown.text, shown.custom, shown.type], [1, 'whole', {}, 'post']);
      assert.equal(shown.current_feed.feed, 'user:edits');
    }
  });

  test("a server's update is shown, in the author's name too", async (t) => {
    const { feeds, posted, during } = await watched(t, 'served');
    const id = await posted('before');
    const seen = await during(() => app.node.feeds.updateActivityPartial({ id, user_id: 'served', set: { text: 'after' } }));
    assert.deepEqual(times(seen), [1, 1, 1]);
    for (const { currentState } of feeds) assert.deepEqual(texts(currentState), ['after']);
  });

  test('a deletion of an activity, soft or hard, is one change; a restored one is told of and read again', async (t) => {
    const { owner, own, foreign, posted, during } = await watched(t, 'deletes');
    const [soft, hard] = [await posted('soft'), await posted('hard')];
    const softly = await during(() => owner.deleteActivity({ id: soft }));
    assert.deepEqual([times(softly), texts(foreign.currentState)], [[1, 1, 1], ['hard']]);
    const firmly = await during(() => owner.deleteActivity({ id: hard, hard_delete: true }));
    assert.deepEqual([times(firmly), texts(foreign.currentState)], [[1, 1, 1], []]);
    const restored = heard(foreign, 'feeds.activity.restored');
    await owner.restoreActivity({ id: soft });
    assert.equal((await restored).activity.text, 'soft');
    await own.getOrCreate({ watch: true });
    assert.deepEqual(texts(own.currentState), ['soft']);
  });

  test('several deleted at once go from every state', async (t) => {
    const { owner, feeds, posted, during } = await watched(t, 'several');
    const ids = [await posted('a'), await posted('b')];
    await posted('c');
    await during(() => owner.deleteActivities({ ids }));
    for (const { currentState } of feeds) assert.deepEqual(texts(currentState), ['c']);
  });

  test('an activity in two feeds is told of in both, shows no feed of its own, and leaves the one that it is taken from', async (t) => {
    const { owner, own, foreign, during } = await watched(t, 'both');
    const second = owner.feed('user', 'both-2');
    await second.getOrCreate({ watch: true });
    const activity = { id: 'in-both', type: 'post', text: 'both', feeds: ['user:both', 'user:both-2'] };
    const told = heard(foreign, 'feeds.activity.added');
    await during(() => owner.upsertActivities({ activities: [activity] }));
    assert.equal('current_feed' in (await told).activity, false);
    assert.deepEqual([own, second].map(({ currentState }) => texts(currentState)), [['both'], ['both']]);
    const removed = heard(foreign, 'feeds.activity.removed_from_feed');
    await during(() => owner.upsertActivities({ activities: [{ ...activity, feeds: ['user:both-2'] }] }));
    assert.equal((await removed).activity.id, 'in-both');
    assert.deepEqual([own, foreign, second].map(({ currentState }) => texts(currentState)), [[], [], ['both']]);
  });

  test('pages that are loaded one after the other are one list', async (t) => {
    const pages = await connected(t, app, 'pages');
    const feed = pages.feed('user', 'pages');
    await feed.getOrCreate({ watch: true });
    for (const text of ['a', 'b', 'c', 'd', 'e']) await post(pages, 'user:pages', text);
    await caughtUp(app, pages);
    await feed.getOrCreate({ limit: 2 });
    while (feed.currentState.next) await feed.getNextPage();
    assert.deepEqual(texts(feed.currentState), ['e', 'd', 'c', 'b', 'a']);
    assert.equal(await feed.getNextPage(), undefined);
    await post(pages, 'user:pages', 'f');
    await caughtUp(app, pages);
    assert.deepEqual(texts(feed.currentState), ['f', 'e', 'd', 'c', 'b', 'a'], 'a page without `watch` ends no watching');
  });
});

describe('feeds-client: follows in the state', AT_ONCE, () => {
  test('a follow is shown once on both sides, with exact counts, and so is its end', async (t) => {
    const { other, own, also, foreign, feeds, during } = await watched(t, 'followed');
    const timeline = other.feed('timeline', 'followed-other');
    await timeline.getOrCreate({ watch: true, following_pagination: { limit: 10 } });
    const [ofTimeline, seen] = [changes(timeline), await during(() => timeline.follow('user:followed'))];
    assert.deepEqual([times(seen), ofTimeline.length], [[1, 1, 1], 1]);
    for (const { currentState } of feeds) {
      assert.deepEqual([sourcesOf(currentState), currentState.follower_count], [['timeline:followed-other'], 1]);
    }
    assert.deepEqual([targetsOf(timeline.currentState), timeline.currentState.following_count], [['user:followed'], 1]);
    const ownFollows = ({ currentState }) => (currentState.own_follows ?? []).length;
    assert.deepEqual([own, also, foreign].map(ownFollows), [0, 0, 1]);

    const after = await during(() => timeline.unfollow('user:followed'));
    assert.deepEqual(times(after), [1, 1, 1]);
    for (const { currentState } of feeds) assert.deepEqual([sourcesOf(currentState), currentState.follower_count], [[], 0]);
    assert.deepEqual([targetsOf(timeline.currentState), timeline.currentState.following_count, ofTimeline.length], [[], 0, 2]);
    assert.equal(ownFollows(foreign), 0);
  });

  test('follows by the dozen, and those that are there already, double nothing', async (t) => {
    for (const id of ['dozen-a', 'dozen-b', 'dozen-c']) await app.node.feeds.getOrCreateFeed({ feed_group_id: 'user', feed_id: id, user_id: id });
    const reader = await connected(t, app, 'dozen');
    const timeline = reader.feed('timeline', 'dozen');
    await timeline.getOrCreate({ watch: true, following_pagination: { limit: 10 } });
    const follows = ['dozen-a', 'dozen-b', 'dozen-c'].map((id) => ({ source: 'timeline:dozen', target: `user:${id}` }));
    const following = async () => {
      await caughtUp(app, reader);
      return [targetsOf(timeline.currentState).sort(), timeline.currentState.following_count];
    };
    await reader.followBatch({ follows: follows.slice(0, 2) });
    assert.deepEqual(await following(), [['user:dozen-a', 'user:dozen-b'], 2]);
    await reader.getOrCreateFollows({ follows });
    assert.deepEqual(await following(), [['user:dozen-a', 'user:dozen-b', 'user:dozen-c'], 3]);
    await reader.updateFollow({ ...follows[0], push_preference: 'all', custom: { close: true } });
    const [changed] = (await following(), timeline.currentState.following.filter((one) => one.target_feed.id === 'dozen-a'));
    assert.deepEqual([changed.push_preference, changed.custom], ['all', { close: true }]);
    await reader.getOrCreateUnfollow(follows[0]);
    assert.deepEqual(await following(), [['user:dozen-b', 'user:dozen-c'], 2]);
    await reader.getOrCreateUnfollows({ follows });
    assert.deepEqual(await following(), [[], 0]);
    assert.equal((await reader.getOrCreateFollow(follows[1])).created, true);
    assert.deepEqual(await following(), [['user:dozen-b'], 1]);
  });

  test('a request is shown to nobody until it is accepted, and counts only then', async (t) => {
    const [owner, asker] = [await connected(t, app, 'asked'), await connected(t, app, 'asker')];
    const feed = owner.feed('user', 'asked');
    await feed.getOrCreate({ watch: true, followers_pagination: { limit: 10 }, data: { visibility: 'followers' } });
    const timeline = asker.feed('timeline', 'asker');
    await timeline.getOrCreate({ watch: true, following_pagination: { limit: 10 } });
    const asked = heard(owner, 'feeds.follow.created');
    assert.equal((await timeline.follow('user:asked')).follow.status, 'pending');
    assert.equal((await asked).follow.status, 'pending');
    const shown = async () => {
      await Promise.all([caughtUp(app, owner), caughtUp(app, asker)]);
      const [target, source] = [feed.currentState, timeline.currentState];
      return [sourcesOf(target).length, target.follower_count, targetsOf(source).length, source.following_count];
    };
    assert.deepEqual(await shown(), [0, 0, 0, 0]);
    const pair = { source: 'timeline:asker', target: 'user:asked' };
    const updated = heard(asker, 'feeds.follow.updated');
    await owner.acceptFollow(pair);
    assert.equal((await updated).follow.status, 'accepted');
    // The SDK takes the counts from the event, and its lists from the next read.
    assert.deepEqual(await shown(), [0, 1, 0, 1]);
    await feed.getOrCreate({ watch: true, followers_pagination: { limit: 10 } });
    assert.deepEqual(sourcesOf(feed.currentState), ['timeline:asker']);
    await owner.rejectFollow(pair);
    assert.deepEqual((await shown()).slice(1), [0, 0, 0]);
  });
});
