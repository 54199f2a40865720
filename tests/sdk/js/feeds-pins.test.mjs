// Pins, shares and suggestions, by the front-end SDK with what its state shows, and by the server SDK.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caughtUp, changes, connected, SHOW_ALL } from './feeds.mjs';
import { assertDate, AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-pins');
const { feeds } = app.node;

const named = (feed_id) => ({ feed_group_id: 'user', feed_id });
const pinned = ({ pinned_activities: pins }) => pins.map(({ activity }) => activity.id);

async function posted(user, ...ids) {
  for (const id of ids) {
    await feeds.addActivity({ id, feeds: [`user:${user}`], type: 'post', text: id, user_id: user });
  }
}

describe('feeds-client: pins', AT_ONCE, () => {
  test('a pin and its end are one change each, wherever the feed is watched', async (t) => {
    await posted('owner', 'owner-a', 'owner-b');
    const [owner, other] = [await connected(t, app, 'owner'), await connected(t, app, 'other')];
    const own = owner.feed('user', 'owner');
    const foreign = other.feed('user', 'owner', SHOW_ALL);
    for (const feed of [own, foreign]) await feed.getOrCreate({ watch: true });
    const capabilities = foreign.currentState.own_capabilities;
    const seen = [own, foreign].map(changes);
    const answer = await owner.pinActivity({ ...named('owner'), activity_id: 'owner-a' });
    assertDate(answer.created_at);
    await Promise.all([owner, other].map((client) => caughtUp(app, client)));
    assert.deepEqual(seen.map(({ length }) => length), [1, 1]);
    for (const { currentState } of [own, foreign]) {
      const [pin] = currentState.pinned_activities;
      assert.deepEqual([pin.activity.id, pin.feed], ['owner-a', 'user:owner']);
    }
    assert.equal(foreign.currentState.pinned_activities[0].user.id, 'owner', 'the event says who');
    assert.deepEqual(foreign.currentState.own_capabilities, capabilities);
    await owner.pinActivity({ ...named('owner'), activity_id: 'owner-b' });
    await owner.unpinActivity({ ...named('owner'), activity_id: 'owner-a' });
    await Promise.all([owner, other].map((client) => caughtUp(app, client)));
    for (const { currentState } of [own, foreign]) assert.deepEqual(pinned(currentState), ['owner-b']);
    const anew = await own.getOrCreate();
    assert.deepEqual([pinned(anew), anew.feed.pin_count], [['owner-b'], 1]);
  });

  test('what is pinned is found, page by page', async (t) => {
    await posted('finder', 'f1', 'f2', 'f3');
    const finder = await connected(t, app, 'finder');
    for (const activity_id of ['f1', 'f2', 'f3']) await finder.pinActivity({ ...named('finder'), activity_id });
    const feed = finder.feed('user', 'finder');
    const first = await feed.queryPinnedActivities({ limit: 2 });
    assert.deepEqual(pinned(first), ['f3', 'f2']);
    const second = await feed.queryPinnedActivities({ limit: 2, next: first.next });
    assert.deepEqual([pinned(second), second.next], [['f1'], undefined]);
    const filtered = await finder.queryPinnedActivities({ ...named('finder'), filter: { activity_id: { $in: ['f1', 'x'] } } });
    assert.deepEqual(pinned(filtered), ['f1']);
  });

  test('feeds to follow are suggested, the most followed first, with what they are to the user', async (t) => {
    await posted('liked', 'liked-a');
    await posted('loved', 'loved-a');
    for (const [source, target] of [['s1', 'loved'], ['s2', 'loved'], ['s1', 'liked']]) {
      const fid = `timeline:${source}`;
      await feeds.getOrCreateFeed({ feed_group_id: 'timeline', feed_id: source, user_id: source });
      await feeds.follow({ source: fid, target: `user:${target}` });
    }
    const asker = await connected(t, app, 'asker');
    const { suggestions } = await asker.getFollowSuggestions({ feed_group_id: 'user', limit: 2 });
    assert.deepEqual(suggestions.map(({ feed }) => feed), ['user:loved', 'user:liked']);
    assert.ok(suggestions[0].own_capabilities.includes('follow'));
    assert.ok(asker.feed('user', 'loved').currentState.own_capabilities.includes('follow'), 'the SDK takes it from there');
    const { suggestions: by } = await feeds.getFollowSuggestions({ feed_group_id: 'user', limit: 1, user_id: 's1' });
    assert.equal(by.some(({ feed }) => ['user:loved', 'user:liked'].includes(feed)), false);
  });
});

describe('node-sdk: pins and shares', AT_ONCE, () => {
  test('a server pins for a user whom it names, and finds what is pinned', async () => {
    await posted('served', 'served-a');
    const place = { ...named('served'), activity_id: 'served-a' };
    await refused(feeds.pinActivity(place), {
      status: 400,
      code: 4,
      operation: 'PinActivity',
      reason: /user_id is required for server side requests/,
    });
    const pin = await feeds.pinActivity({ ...place, user_id: 'served', enrich_own_fields: true });
    assert.deepEqual([pin.feed, pin.user_id, pin.activity.id], ['user:served', 'served', 'served-a']);
    assert.ok(pin.activity.current_feed.own_capabilities.includes('pin-activity'));
    assertDate(pin.created_at);
    assert.deepEqual(pinned(await feeds.queryPinnedActivities({ ...named('served'), filter: { user_id: 'served' } })), ['served-a']);
    const unpinned = await feeds.unpinActivity({ ...place, user_id: 'served' });
    assert.deepEqual([unpinned.activity.id, unpinned.activity.current_feed.pin_count], ['served-a', 0]);
    assert.deepEqual(pinned(await feeds.queryPinnedActivities(named('served'))), []);
  });

  test('who shares an activity is told, the newest first', async () => {
    await posted('first', 'original');
    for (const id of ['re1', 're2', 're3']) {
      await feeds.addActivity({ id, feeds: [`user:${id}`], type: 'share', parent_id: 'original', user_id: id });
    }
    const first = await feeds.queryActivityShares({ activity_id: 'original', limit: 2 });
    assert.deepEqual(first.shares.map(({ activity_id: id, user }) => [id, user.id]), [['re3', 're3'], ['re2', 're2']]);
    assertDate(first.shares[0].created_at);
    const second = await feeds.queryActivityShares({ activity_id: 'original', limit: 2, next: first.next });
    assert.deepEqual([second.shares.map(({ activity_id: id }) => id), second.next], [['re1'], undefined]);
    const { activity } = await feeds.getActivity({ id: 'original' });
    assert.deepEqual(activity.latest_shares.map(({ activity_id: id }) => id), ['re3', 're2', 're1']);
  });
});
