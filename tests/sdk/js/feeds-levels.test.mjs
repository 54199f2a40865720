// Membership levels, what is measured, limits, usage and user data by the server SDK; what a client measures and is shown of it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connected } from './feeds.mjs';
import { assertDate, assertTaskDone, AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-levels');
const { feeds } = app.node;

const named = (feed_id) => ({ feed_group_id: 'user', feed_id });

async function posted(user, id, more) {
  const { activity } = await feeds.addActivity({ id, feeds: [`user:${user}`], type: 'post', text: id, user_id: user, ...more });
  return activity;
}

describe('feeds: membership levels', AT_ONCE, () => {
  test('a level is made, found, changed and deleted', async () => {
    const said = { id: 'premium', name: 'Premium', description: 'All of it', priority: 3, tags: ['premium'], custom: { a: 1 } };
    const { membership_level: level } = await feeds.createMembershipLevel(said);
    for (const [name, value] of Object.entries(said)) assert.deepEqual(level[name], value, name);
    assertDate(level.created_at);
    await refused(feeds.createMembershipLevel(said), { status: 400, code: 4, operation: 'CreateMembershipLevel', reason: /already exists/ });
    const { membership_levels: found } = await feeds.queryMembershipLevels({ filter: { tags: ['premium'] } });
    assert.deepEqual(found.map(({ id }) => id), ['premium']);
    const { membership_level: changed } = await feeds.updateMembershipLevel({ id: 'premium', name: 'New' });
    assert.deepEqual([changed.name, changed.tags], ['New', ['premium']]);
    await feeds.deleteMembershipLevel({ id: 'premium' });
    await refused(feeds.deleteMembershipLevel({ id: 'premium' }), { status: 404, code: 16, operation: 'DeleteMembershipLevel', reason: /not found/ });
  });

  test('what is of a tag is whole for who has the level, and a preview for others', async (t) => {
    await feeds.createMembershipLevel({ id: 'gold', name: 'Gold', tags: ['gold'] });
    const [member, other] = [await connected(t, app, 'member'), await connected(t, app, 'other')];
    await posted('author', 'for-gold', { visibility: 'tag', visibility_tag: 'gold' });
    const { added } = await feeds.updateFeedMembers({ ...named('author'), operation: 'upsert', members: [{ user_id: 'member', membership_level: 'gold' }] });
    assert.equal(added[0].membership_level.name, 'Gold');
    const shown = async (client) => {
      const feed = client.feed('user', 'author');
      await feed.getOrCreate();
      const [{ text, preview }] = feed.currentState.activities;
      return [text, preview];
    };
    assert.deepEqual([await shown(member), await shown(other)], [['for-gold', false], [undefined, true]]);
  });
});

describe('feeds: what is measured', AT_ONCE, () => {
  test('a client measures within its limits, and a server for a user', async (t) => {
    await posted('measured', 'metered');
    const reader = await connected(t, app, 'reader');
    const event = (metric, delta) => ({ activity_id: 'metered', metric, delta });
    const { results } = await reader.trackActivityMetrics({ events: [event('views'), event('clicks', 6), event('impressions', 2)] });
    assert.deepEqual(results.map(({ metric, allowed }) => [metric, allowed]), [['views', true], ['clicks', false], ['impressions', true]]);
    const { results: served } = await feeds.trackActivityMetrics({ events: [event('views', 9)], user_id: 'someone' });
    assert.equal(served[0].allowed, true);
    const { activity } = await feeds.getActivity({ id: 'metered' });
    assert.deepEqual(activity.metrics, { impressions: 2, views: 10 });
  });
});

describe('node-sdk: limits, usage and user data', AT_ONCE, () => {
  test('limits are told', async () => {
    const { server_side: limits, web } = await feeds.getFeedsRateLimits({ server_side: true, endpoints: 'AddActivity,CreateFeedGroup' });
    assert.deepEqual([Object.keys(limits).sort(), web], [['AddActivity', 'CreateFeedGroup'], undefined]);
    assert.deepEqual([limits.AddActivity.limit, limits.CreateFeedGroup.limit], [1000, 300]);
  });

  test('usage is told day by day', async () => {
    await posted('used', 'usage');
    const { activities, api_requests: calls, follows, openai_requests: asked } = await feeds.queryFeedsUsageStats();
    assert.deepEqual([activities.daily.length, follows.daily.length, asked.total], [30, 30, 0]);
    assert.ok(activities.total >= 1 && calls.total >= 2);
    assert.match(activities.daily[29].date, /^\d{4}-\d\d-\d\d$/);
    await refused(feeds.queryFeedsUsageStats({ from: 'yesterday' }), { status: 400, code: 4, operation: 'QueryFeedsUsageStats', reason: /YYYY-MM-DD/ });
  });

  test('what a user has is exported and deleted, each as a task that is done', async () => {
    await posted('leaver', 'left');
    const { task_id: exported } = await feeds.exportFeedUserData({ user_id: 'leaver' });
    const { result } = await app.node.getTask({ id: exported });
    const file = await (await fetch(result.url)).json();
    assert.deepEqual(file.activities.map(({ id }) => id), ['left']);
    const { task_id: deleted } = await feeds.deleteFeedUserData({ user_id: 'leaver', hard_delete: true });
    await assertTaskDone(app, deleted);
    await refused(feeds.getActivity({ id: 'left' }), { status: 404, code: 16, operation: 'GetActivity', reason: /not found/ });
    assert.equal((await feeds.getOrCreateFeed({ ...named('leaver'), user_id: 'leaver' })).created, true);
  });
});
