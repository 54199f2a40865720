// Collections by the server SDK and the front-end SDK, and activities that refer to them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connected } from './feeds.mjs';
import { assertDate, AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-collections');
const { feeds } = app.node;

const food = (id, stars) => ({ name: 'food', id, custom: { stars } });
const stars = ({ collections }) => collections.map(({ id, custom }) => [id, custom.stars]);

describe('node-sdk: collections', AT_ONCE, () => {
  test('a server makes, reads, changes, finds and deletes them', async () => {
    const made = await feeds.createCollections({ collections: [food('soup', 1), food('pie', 2)], user_id: 'cook' });
    assert.deepEqual([stars(made), made.collections[0].user_id], [[['soup', 1], ['pie', 2]], 'cook']);
    assertDate(made.collections[0].created_at);
    await refused(feeds.createCollections({ collections: [food('soup', 3)], user_id: 'cook' }), {
      status: 400, code: 4, operation: 'CreateCollections', reason: /collection with ref food:soup already exists/,
    });
    assert.deepEqual(stars(await feeds.upsertCollections({ collections: [food('soup', 3), food('tea', 1)] })), [['soup', 3], ['tea', 1]]);
    assert.deepEqual(stars(await feeds.updateCollections({ collections: [food('tea', 2)] })), [['tea', 2]]);
    const refs = ['food:tea', 'food:soup', 'food:none'];
    assert.deepEqual(stars(await feeds.readCollections({ collection_refs: refs })), [['tea', 2], ['soup', 3]]);
    assert.deepEqual(stars(await feeds.readCollections({ collection_refs: refs, user_id: 'cook' })), [['soup', 3]]);
    const found = await feeds.queryCollections({ filter: { name: 'food', 'custom.stars': { $gt: 2 } } });
    assert.deepEqual(stars(found), [['soup', 3]]);
    await feeds.deleteCollections({ collection_refs: ['food:soup', 'food:tea'] });
    assert.deepEqual(stars(await feeds.queryCollections({ filter: { name: 'food' }, user_id: 'cook' })), [['pie', 2]]);
  });
});

describe('feeds-client: collections', AT_ONCE, () => {
  test('an activity shows those that it refers to, as they are by now', async (t) => {
    const [reader, other] = [await connected(t, app, 'reader'), await connected(t, app, 'other')];
    await reader.createCollections({ collections: [{ name: 'book', id: 'moby', custom: { pages: 600 } }] });
    const timeline = reader.feed('user', 'reader');
    await timeline.getOrCreate();
    const refs = ['book:moby', 'book:none'];
    const { activity } = await reader.addActivity({ feeds: ['user:reader'], type: 'read', text: 'x', collection_refs: refs });
    assertDate(activity.collections['book:moby'].created_at);
    const shown = async () => {
      await timeline.getOrCreate();
      const [{ collections }] = timeline.currentState.activities;
      return refs.map((ref) => [collections[ref].status, collections[ref].custom?.pages]);
    };
    assert.deepEqual(await shown(), [['ok', 600], ['notfound', undefined]]);
    await reader.updateCollections({ collections: [{ name: 'book', id: 'moby', custom: { pages: 601 } }] });
    assert.deepEqual((await shown())[0], ['ok', 601]);
    await other.deleteCollections({ collection_refs: refs });
    assert.deepEqual((await shown())[0], ['ok', 601], 'it is not theirs');
    await reader.deleteCollections({ collection_refs: refs });
    assert.deepEqual((await shown())[0], ['notfound', undefined]);
  });
});
