// Selectors and rankings: what a server sets, and what clients are shown of it, page by page.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connected, texts } from './feeds.mjs';
import { AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-ranking');
const { feeds } = app.node;

async function posted(fid, text, more) {
  const { activity } = await feeds.addActivity({ feeds: [fid], type: 'post', text, user_id: fid.split(':')[1], ...more });
  return activity;
}

const ranked = (id, score, more) => feeds.createFeedGroup({ id, ranking: { type: 'expression', score, ...more } });

describe('feeds: rankings and selectors', AT_ONCE, () => {
  test('a feed is ranked by its group, and the walk of a client is of one list', async (t) => {
    await ranked('best', 'custom.weight + external.boost', { defaults: { external: { boost: 1 } } });
    for (const [text, weight] of [['low', 1], ['high', 3], ['middle', 2]]) await posted('best:ann', text, { custom: { weight } });
    const ann = await connected(t, app, 'ann');
    const feed = ann.feed('best', 'ann');
    await feed.getOrCreate({ limit: 2, external_ranking: { boost: 5 }, enrichment_options: { include_score_vars: true } });
    const [first] = feed.currentState.activities;
    assert.deepEqual([first.score, first.score_vars], [8, { 'custom.weight': 3, 'external.boost': 5 }]);
    await posted('best:ann', 'late', { custom: { weight: 9 } });
    await feed.getNextPage();
    assert.deepEqual(texts(feed.currentState), ['high', 'middle', 'low']);
    assert.equal(feed.currentState.next, undefined);
  });

  test('a view ranks and selects in a way of its own', async () => {
    await feeds.createFeedView({ id: 'shortest', ranking: { type: 'expression', score: '-custom.length' } });
    for (const [text, length] of [['long', 9], ['short', 1], ['medium', 5]]) await posted('user:bob', text, { custom: { length } });
    const place = { feed_group_id: 'user', feed_id: 'bob', user_id: 'bob' };
    assert.deepEqual(texts(await feeds.getOrCreateFeed(place)), ['medium', 'short', 'long']);
    assert.deepEqual(texts(await feeds.getOrCreateFeed({ ...place, view: 'shortest' })), ['short', 'medium', 'long']);
    const { activities } = await feeds.getOrCreateFeed({ ...place, id_around: await idOf(place, 'short'), limit: 1 });
    assert.deepEqual(activities.map(({ text }) => text), ['short']);
  });

  test('for you is what is popular beside what is followed, once each', async (t) => {
    await posted('user:star', 'hit', { id: 'hit' });
    await posted('user:friend', 'flop');
    for (const sharer of ['s1', 's2']) {
      await feeds.addActivity({ feeds: [`user:${sharer}`], type: 'share', parent_id: 'hit', user_id: sharer, visibility: 'private' });
    }
    const fan = await connected(t, app, 'fan');
    const feed = fan.feed('foryou', 'fan');
    await feed.getOrCreate();
    await feed.follow('user:friend');
    await feed.getOrCreate();
    assert.deepEqual(texts(feed.currentState), ['flop', 'hit']);
  });

  test('interests of the request decide', async () => {
    await feeds.createFeedGroup({ id: 'liked', ranking: { type: 'interest' } });
    for (const tag of ['tea', 'cake']) await posted('liked:ann', tag, { interest_tags: [tag] });
    const place = { feed_group_id: 'liked', feed_id: 'ann', user_id: 'ann' };
    assert.deepEqual(texts(await feeds.getOrCreateFeed({ ...place, interest_weights: { tea: 1 } })), ['tea', 'cake']);
    assert.deepEqual(texts(await feeds.getOrCreateFeed({ ...place, interest_weights: { cake: 1 } })), ['cake', 'tea']);
  });

  test('an expression that is none is refused with the place', async () => {
    await refused(ranked('broken', 'popularity *'), { status: 400, code: 4, operation: 'CreateFeedGroup', reason: /at character 13/ });
  });
});

async function idOf(place, text) {
  const { activities } = await feeds.getOrCreateFeed(place);
  return activities.find((activity) => activity.text === text).id;
}
