// Queries of activities, feeds, follows and members: filters of every kind, sorts and pages, by the front-end SDK and by the
// server SDK.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { connected, becomes } from './feeds.mjs';
import { AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-queries');
const { feeds } = app.node;

const NOON = Date.UTC(2040, 0, 1, 12);
const at = (minutes) => new Date(NOON + minutes * 60_000);

const ACTIVITIES = {
  tea: {
    type: 'recipe',
    text: 'Brewing green tea at dawn',
    filter_tags: ['drink', 'hot'],
    interest_tags: ['tea'],
    custom: { steps: 3, by: { name: 'Ann' } },
    search_data: { campaign: { id: 'spring' } },
    location: { lat: 52.52, lng: 13.405 },
  },
  cake: {
    type: 'recipe',
    text: 'Carrot cake',
    filter_tags: ['food'],
    interest_tags: ['cake'],
    custom: { steps: 9, by: { name: 'Bob' } },
    search_data: { campaign: { id: 'autumn' }, season: true },
    location: { lat: 48.8566, lng: 2.3522 },
  },
  news: { type: 'post', text: 'Green light for the tearoom', filter_tags: ['hot'], custom: { steps: 5 } },
};

before(async () => {
  await feeds.createFeedGroup({ id: 'club' });
  await app.freeze('2040-01-01T12:00:00Z');
  await app.node.upsertUsers([{ id: 'ann', name: 'Ann' }, { id: 'bob', name: 'Bob' }, { id: 'cid', name: 'Cid' }]);
  for (const [id, user] of [['tea', 'ann'], ['cake', 'bob'], ['news', 'ann']]) {
    await feeds.addActivity({ id, feeds: [`user:${user}`], user_id: user, ...ACTIVITIES[id] });
    await app.advance('1m');
  }
  const made = [
    ['ann', { name: 'Green things', description: 'Of tea', filter_tags: ['a', 'b'], location: { lat: 52.5, lng: 13.4 } }],
    ['bob', { name: 'Cakes', visibility: 'public', filter_tags: ['b'] }],
    ['cid', { name: 'Private', visibility: 'private' }],
  ];
  for (const [user, data] of made) {
    await feeds.createFeedsBatch({ feeds: [{ feed_group_id: 'club', feed_id: user, created_by_id: user, ...data }] });
    await app.advance('1m');
  }
  for (const [source, target] of [['ann', 'bob'], ['cid', 'bob'], ['bob', 'ann']]) {
    await feeds.getOrCreateFeed({ feed_group_id: 'timeline', feed_id: source, user_id: source });
    await feeds.follow({ source: `timeline:${source}`, target: `club:${target}` });
    await app.advance('1m');
  }
  const members = [{ user_id: 'bob', role: 'feed_moderator' }, { user_id: 'cid', invite: true }];
  await feeds.updateFeedMembers({ feed_group_id: 'club', feed_id: 'ann', operation: 'upsert', members });
});

/** The same by both SDKs. */
async function clients(t) {
  return [feeds, await connected(t, app, 'ann')];
}

const FILTERS = [
  [{}, ['news', 'cake', 'tea']],
  [{ activity_type: 'recipe' }, ['cake', 'tea']],
  [{ id: { $in: ['tea', 'news', 'none'] } }, ['news', 'tea']],
  [{ user_id: 'bob' }, ['cake']],
  [{ feed: 'user:ann' }, ['news', 'tea']],
  [{ filter_tags: ['hot', 'drink'] }, ['tea']],
  [{ filter_tags: { $in: ['food', 'drink'] } }, ['cake', 'tea']],
  [{ filter_tags: { $contains: 'hot' } }, ['news', 'tea']],
  [{ $and: [{ filter_tags: ['hot'] }, { filter_tags: ['drink'] }] }, ['tea']],
  [{ $or: [{ interest_tags: ['tea'] }, { interest_tags: ['cake'] }] }, ['cake', 'tea']],
  [{ 'custom.steps': { $gte: 5 } }, ['news', 'cake']],
  [{ 'custom.by.name': 'Ann' }, ['tea']],
  [{ 'custom.by': { $exists: false } }, ['news']],
  [{ search_data: { $contains: { campaign: { id: 'spring' } } } }, ['tea']],
  [{ search_data: { $path_exists: 'season' } }, ['cake']],
  [{ search_data: { $path_exists: 'campaign.id' } }, ['cake', 'tea']],
  [{ text: { $q: 'green' } }, ['news', 'tea']],
  [{ text: { $q: 'tea' } }, ['tea']],
  [{ text: { $autocomplete: 'gre tea' } }, ['news', 'tea']],
  [{ near: { $eq: { lat: 52.5, lng: 13.4, distance: 10 } } }, ['tea']],
  [{ within_bounds: { $eq: { ne_lat: 50, ne_lng: 5, sw_lat: 45, sw_lng: 0 } } }, ['cake']],
  [{ created_at: { $gt: at(0).toISOString(), $lte: at(1).toISOString() } }, ['cake']],
  [{ popularity: { $gt: 0 } }, []],
];

describe('feeds: queries of activities', AT_ONCE, () => {
  for (const [filter, wanted] of FILTERS) {
    test(`by ${JSON.stringify(filter)}`, async (t) => {
      for (const client of await clients(t)) {
        const { activities, next } = await client.queryActivities({ filter });
        assert.deepEqual([activities.map(({ id }) => id), next], [wanted, undefined]);
      }
    });
  }

  test('in an order, and page by page', async (t) => {
    for (const client of await clients(t)) {
      const sort = [{ field: 'created_at', direction: 1 }];
      const first = await client.queryActivities({ sort, limit: 2 });
      assert.deepEqual(first.activities.map(({ id }) => id), ['tea', 'cake']);
      const second = await client.queryActivities({ sort, limit: 2, next: first.next });
      assert.deepEqual([second.activities.map(({ id }) => id), second.next], [['news'], undefined]);
      assert.ok(second.prev, 'what was led to leads back');
      const back = await client.queryActivities({ sort, limit: 2, prev: second.prev });
      assert.deepEqual([back.activities, back.prev, first.prev], [first.activities, undefined, undefined]);
      const unknown = client.queryActivities({ filter: { colour: 'red' } });
      await refused(unknown, { status: 400, code: 4, operation: 'QueryActivities', reason: /colour/ });
    }
  });
});

describe('feeds: queries of feeds, follows and members', AT_ONCE, () => {
  test('feeds are found by what they are and whom they have', async (t) => {
    const [server, client] = await clients(t);
    const found = async (by, filter, more) => (await by.queryFeeds({ filter: { group_id: 'club', ...filter }, ...more })).feeds;
    for (const [filter, wanted] of [
      [{ created_by_id: 'bob' }, ['club:bob']],
      [{ feed: { $in: ['club:ann', 'club:bob'] } }, ['club:bob', 'club:ann']],
      [{ visibility: 'public' }, ['club:bob']],
      [{ name: { $autocomplete: 'gre' } }, ['club:ann']],
      [{ description: { $q: 'tea' } }, ['club:ann']],
      [{ 'created_by.name': 'Bob' }, ['club:bob']],
      [{ filter_tags: ['a', 'b'] }, ['club:ann']],
      [{ filter_tags: { $in: ['b'] } }, ['club:bob', 'club:ann']],
      [{ members: { $in: ['bob', 'cid'] } }, ['club:ann']],
      [{ follower_count: { $gte: 1 } }, ['club:bob', 'club:ann']],
      [{ near: { $eq: { lat: 52.5, lng: 13.4, distance: 5 } } }, ['club:ann']],
    ]) {
      for (const by of [server, client]) {
        const names = (await found(by, filter)).map((feed) => feed.feed ?? feed.currentState.feed);
        assert.deepEqual(names, wanted, JSON.stringify(filter));
      }
    }
    const mostFollowed = await found(server, {}, { sort: [{ field: 'follower_count', direction: -1 }], limit: 1 });
    assert.equal(mostFollowed[0].feed, 'club:bob');
    assert.equal((await found(server, {})).length, 3);
    assert.equal((await found(client, {})).length, 2, 'not what is private');
  });

  test('feeds that are found are watched where that is asked for', async (t) => {
    const reader = await connected(t, app, 'reader');
    const { feeds: [feed] } = await reader.queryFeeds({ filter: { feed: 'club:bob' }, watch: true });
    const renamed = becomes(feed, ({ name }) => name === 'More cakes');
    await feeds.updateFeed({ feed_group_id: 'club', feed_id: 'bob', name: 'More cakes' });
    await renamed;
  });

  test('follows are found from both ends, by their state and by names, page by page', async (t) => {
    for (const client of await clients(t)) {
      const found = async (filter, more) => {
        const { follows, next } = await client.queryFollows({ filter, ...more });
        return [follows.map(({ source_feed: source, target_feed: target }) => `${source.id}>${target.id}`), next];
      };
      for (const [filter, wanted] of [
        [{ target_feed: 'club:bob' }, ['cid>bob', 'ann>bob']],
        [{ source_feed: { $in: ['timeline:ann', 'timeline:bob'] } }, ['bob>ann', 'ann>bob']],
        [{ source_id: 'cid' }, ['cid>bob']],
        [{ target_id: 'ann', status: 'accepted' }, ['bob>ann']],
        [{ status: 'pending' }, []],
        [{ target_created_by_name: 'Bob' }, ['cid>bob', 'ann>bob']],
        [{ created_at: { $gte: at(8).toISOString() } }, ['bob>ann']],
      ]) {
        assert.deepEqual(await found(filter), [wanted, undefined], JSON.stringify(filter));
      }
      const [first, next] = await found({ target_feed: 'club:bob' }, { limit: 1, sort: [{ field: 'created_at', direction: 1 }] });
      assert.deepEqual(first, ['ann>bob']);
      const rest = await found({ target_feed: 'club:bob' }, { limit: 1, sort: [{ field: 'created_at', direction: 1 }], next });
      assert.deepEqual(rest, [['cid>bob'], undefined]);
    }
  });

  test('members are found by what they are', async (t) => {
    const [server, client] = await clients(t);
    const place = { feed_group_id: 'club', feed_id: 'ann' };
    for (const [filter, wanted] of [
      [{}, ['bob', 'cid']],
      [{ role: 'feed_moderator' }, ['bob']],
      [{ status: { $in: ['pending'] } }, ['cid']],
      [{ user_name: 'Bob' }, ['bob']],
      [{ user_id: { $in: ['cid', 'none'] } }, ['cid']],
      [{ fid: 'club:bob' }, []],
    ]) {
      for (const by of [server, client]) {
        const { members } = await by.queryFeedMembers({ ...place, filter, sort: [{ field: 'user_id', direction: 1 }] });
        assert.deepEqual(members.map(({ user }) => user.id), wanted, JSON.stringify(filter));
      }
    }
  });
});
