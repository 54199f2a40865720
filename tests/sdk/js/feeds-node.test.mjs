// Feeds as a server has them: every operation that is built, by the server SDK, and what it refuses to servers and to users.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertDate, assertTaskDone, AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-node');
const { feeds } = app.node;

const USER_REQUIRED = 'user_id is required for server side requests';

/** `group:id` as paths have it. */
function named(fid) {
  const [feed_group_id, feed_id] = fid.split(':');
  return { feed_group_id, feed_id };
}

const made = (fid, user_id, more) => feeds.getOrCreateFeed({ ...named(fid), user_id, ...more });

const texts = ({ activities }) => activities.map(({ text }) => text);

async function post(fid, text, more) {
  const { activity } = await feeds.addActivity({ feeds: [fid], type: 'post', text, user_id: fid.split(':')[1], ...more });
  return activity;
}

/** What a timeline shows, as its owner reads it. */
const timeline = async (user) => texts(await made(`timeline:${user}`, user));

const pair = ({ source_feed: source, target_feed: target }) => [source.feed, target.feed];

describe('node-sdk: feeds', AT_ONCE, () => {
  test('a feed is made with what is said of it, changed in part, and given away', async () => {
    const data = { name: 'Mine', description: 'About me', visibility: 'public', custom: { a: 1 }, filter_tags: ['t'], location: { lat: 1.5, lng: 2 } };
    const first = await made('user:part', 'part', { data });
    assert.equal(first.created, true);
    const { name, description, visibility, custom, filter_tags, location } = first.feed;
    assert.deepEqual({ name, description, visibility, custom, filter_tags, location }, data);
    const { feed } = await feeds.updateFeed({ ...named('user:part'), name: 'New', clear_location: true });
    assert.deepEqual([feed.name, feed.description, feed.location], ['New', 'About me', undefined]);
    assertDate(feed.updated_at);
    assert.ok(feed.updated_at > first.feed.updated_at, 'its time has moved on');
    await app.node.upsertUsers([{ id: 'heir' }]);
    const { feed: given } = await feeds.updateFeed({ ...named('user:part'), created_by_id: 'heir' });
    assert.equal(given.created_by.id, 'heir');
    const again = await made('user:part', 'part', { data: { name: 'Ignored' } });
    assert.deepEqual([again.created, again.feed.name], [false, 'New']);
  });

  test('a feed that is opened takes in who has asked', async () => {
    await made('user:opened', 'opened', { data: { visibility: 'followers' } });
    await made('timeline:asker', 'asker');
    await app.as('asker').follow({ source: 'timeline:asker', target: 'user:opened' });
    assert.equal((await made('user:opened', 'opened')).feed.follower_count, 0);
    const { feed } = await feeds.changeFeedVisibility({ ...named('user:opened'), visibility: 'visible' });
    assert.equal(feed.visibility, 'visible');
    assert.equal((await made('user:opened', 'opened')).feed.follower_count, 1);
    await refused(feeds.changeFeedVisibility({ ...named('user:opened'), visibility: 'secret' }), {
      status: 400,
      code: 4,
      operation: 'ChangeFeedVisibility',
      reason: /visibility/,
    });
  });

  test('feeds are made and deleted by the dozen, and each deletion is a task that is done', async () => {
    const wanted = ['one', 'two', 'three'].map((feed_id) => ({ feed_group_id: 'user', feed_id, created_by_id: 'many', name: feed_id }));
    const { feeds: many } = await feeds.createFeedsBatch({ feeds: wanted, create_users: true });
    assert.deepEqual(many.map(({ feed, name }) => [feed, name]), [['user:one', 'one'], ['user:two', 'two'], ['user:three', 'three']]);
    await assertTaskDone(app, (await feeds.deleteFeed({ ...named('user:one'), hard_delete: true })).task_id);
    await assertTaskDone(app, (await feeds.deleteFeedsBatch({ feeds: ['user:two', 'user:three'] })).task_id);
    for (const { feed_id } of wanted) assert.equal((await made(`user:${feed_id}`, 'many')).created, true, 'it was gone');
    const gone = feeds.deleteFeedsBatch({ feeds: ['user:one', 'user:nowhere'] });
    await refused(gone, { status: 404, code: 16, operation: 'DeleteFeedsBatch', reason: /not found/ });
    assert.equal((await made('user:one', 'many')).created, false, 'all or none');
  });

  test('what feeds are to a user is told together, and what is not there is left out', async () => {
    await made('user:own', 'owner');
    await made('timeline:looker', 'looker');
    await feeds.follow({ source: 'timeline:looker', target: 'user:own' });
    const { data } = await feeds.ownBatch({ feeds: ['user:own', 'user:nowhere'], user_id: 'looker' });
    assert.deepEqual(Object.keys(data), ['user:own']);
    const own = data['user:own'];
    assert.deepEqual(own.own_follows.map(pair), [['timeline:looker', 'user:own']]);
    assert.deepEqual(own.own_followings, []);
    assert.ok(own.own_capabilities.includes('read-feed') && !own.own_capabilities.includes('delete-feed'));
    assert.equal('own_membership' in own, false);
    const { data: narrow } = await feeds.ownBatch({ feeds: ['user:own'], user_id: 'owner', fields: ['own_capabilities'] });
    assert.deepEqual(Object.keys(narrow['user:own']), ['own_capabilities']);
    assert.ok(narrow['user:own'].own_capabilities.includes('delete-feed'));
  });
});

describe('node-sdk: activities', AT_ONCE, () => {
  test('all that can be said of an activity comes back', async () => {
    await app.node.upsertUsers([{ id: 'named' }]);
    const said = {
      id: 'everything',
      visibility: 'tag',
      visibility_tag: 'gold',
      restrict_replies: 'people_i_follow',
      filter_tags: ['b', 'a'],
      interest_tags: ['tea'],
      custom: { deep: { list: [1, 'two'] } },
      search_data: { campaign: { id: 'x' } },
      location: { lat: 52.5, lng: 13.4 },
    };
    const given = await post('user:sayer', 'Hi', {
      ...said,
      attachments: [{ type: 'image', image_url: 'http://127.0.0.1/a.png', custom: {} }],
      mentioned_user_ids: ['named'],
      expires_at: '2040-01-01T00:00:00Z',
    });
    for (const [name, value] of Object.entries(said)) assert.deepEqual(given[name], value, name);
    assert.deepEqual(given.mentioned_users.map(({ id }) => id), ['named']);
    assert.equal(given.attachments[0].image_url, 'http://127.0.0.1/a.png');
    assertDate(given.expires_at, 'expires_at');
    const { activity: got } = await feeds.getActivity({ id: 'everything' });
    assert.deepEqual(got.custom, said.custom);
    assert.equal(got.updated_at.getTime(), given.updated_at.getTime());
  });

  test('a whole update clears what it does not say, a partial one keeps it', async () => {
    const { id } = await post('user:changer', 'before', { filter_tags: ['t'], custom: { a: 1, b: { c: 2 } } });
    const { activity: part } = await feeds.updateActivityPartial({
      id,
      user_id: 'changer',
      set: { text: 'part', 'custom.b.d': 3 },
      unset: ['custom.a'],
    });
    assert.deepEqual([part.text, part.custom, part.filter_tags], ['part', { b: { c: 2, d: 3 } }, ['t']]);
    const { activity: whole } = await feeds.updateActivity({ id, user_id: 'changer', text: 'whole' });
    assert.deepEqual([whole.text, whole.custom, whole.filter_tags], ['whole', {}, []]);
    assert.deepEqual([whole.type, whole.user.id, whole.feeds], ['post', 'changer', ['user:changer']]);
    assertDate(whole.edited_at, 'edited_at');
    assert.ok(whole.updated_at > part.updated_at);
  });

  test('several are upserted in their order, changed in part, deleted and restored', async () => {
    const activity = (id, text) => ({ id, text, type: 'post', feeds: ['user:batch'], user_id: 'batch' });
    const { activities } = await feeds.upsertActivities({ activities: [activity('x1', 'one'), activity('x2', 'two'), activity('x3', 'three')] });
    assert.deepEqual(activities.map(({ id }) => id), ['x1', 'x2', 'x3']);
    assert.deepEqual(texts(await made('user:batch', 'batch')), ['three', 'two', 'one'], 'of one call the last is the newest');
    const { activities: again } = await feeds.upsertActivities({ activities: [activity('x2', 'two again')] });
    assert.equal(again[0].created_at.getTime(), activities[1].created_at.getTime());
    const { activities: parts } = await feeds.updateActivitiesPartialBatch({
      changes: [
        { activity_id: 'x1', set: { text: 'one again' }, user_id: 'batch' },
        { activity_id: 'nowhere', set: { text: 'lost' }, user_id: 'batch' },
        { activity_id: 'x3', set: { 'custom.a': 1 }, user_id: 'batch' },
      ],
    });
    assert.deepEqual(parts.map(({ id }) => id), ['x1', 'x3'], 'what is not there is passed over');
    const deleted = await feeds.deleteActivities({ ids: ['x1', 'x2', 'nowhere'], user_id: 'batch' });
    assert.deepEqual(deleted.deleted_ids.sort(), ['x1', 'x2']);
    assert.deepEqual(texts(await made('user:batch', 'batch')), ['three']);
    const { activity: back } = await feeds.restoreActivity({ id: 'x1', user_id: 'batch' });
    assert.equal(back.text, 'one again');
    assert.deepEqual(texts(await made('user:batch', 'batch')), ['three', 'one again']);
    await feeds.deleteActivity({ id: 'x1', hard_delete: true });
    const restored = feeds.restoreActivity({ id: 'x1', user_id: 'batch' });
    await refused(restored, { status: 404, code: 16, operation: 'RestoreActivity', reason: 'activity with id x1 not found' });
    const got = feeds.getActivity({ id: 'x2' });
    await refused(got, { status: 404, code: 16, operation: 'GetActivity', reason: 'activity with id x2 not found' });
  });

  test('a share is counted and shows what it shares', async () => {
    const { id } = await post('user:shared', 'original');
    const share = await post('user:sharer', 'look', { parent_id: id });
    assert.deepEqual([share.parent.id, share.parent.share_count], [id, 1]);
  });
});

describe('node-sdk: follows', AT_ONCE, () => {
  test('history comes with a follow and goes with its end, or stays where that is asked for', async () => {
    await post('user:author', 'old');
    await made('timeline:fan', 'fan');
    const { follow } = await feeds.follow({ source: 'timeline:fan', target: 'user:author', custom: { since: 'today' } });
    assert.deepEqual([follow.status, follow.push_preference, follow.follower_role], ['accepted', 'none', 'feed_follower']);
    assert.deepEqual([follow.source_feed.following_count, follow.target_feed.follower_count], [1, 1]);
    assert.deepEqual(follow.custom, { since: 'today' });
    assert.deepEqual(await timeline('fan'), ['old']);
    await post('user:author', 'new');
    assert.deepEqual(await timeline('fan'), ['new', 'old']);
    const { follow: kept } = await feeds.unfollow({ source: 'timeline:fan', target: 'user:author', keep_history: true });
    assert.deepEqual([kept.source_feed.following_count, kept.target_feed.follower_count], [0, 0]);
    await post('user:author', 'unseen');
    assert.deepEqual(await timeline('fan'), ['new', 'old']);
    await feeds.getOrCreateFollow({ source: 'timeline:fan', target: 'user:author' });
    await feeds.unfollow({ source: 'timeline:fan', target: 'user:author' });
    assert.deepEqual(await timeline('fan'), []);
    const nothing = feeds.unfollow({ source: 'timeline:fan', target: 'user:author' });
    await refused(nothing, { status: 404, code: 16, operation: 'Unfollow', reason: /not found/ });
  });

  test('what is followed already is refused or kept, as the operation says', async () => {
    await made('user:idol', 'idol');
    await made('timeline:twice', 'twice');
    const both = { source: 'timeline:twice', target: 'user:idol' };
    assert.equal((await feeds.getOrCreateFollow(both)).created, true);
    assert.equal((await feeds.getOrCreateFollow(both)).created, false);
    const reason = 'follow with source timeline:twice and target user:idol already exists in accepted state';
    await refused(feeds.follow(both), { status: 400, code: 4, operation: 'Follow', reason });
    const { follow } = await feeds.updateFollow({ ...both, push_preference: 'all', follower_role: 'friend', custom: { a: 1 } });
    assert.deepEqual([follow.push_preference, follow.follower_role, follow.custom], ['all', 'friend', { a: 1 }]);
    const ended = await feeds.getOrCreateUnfollow(both);
    assert.deepEqual([ended.deleted, pair(ended.follow)], [true, ['timeline:twice', 'user:idol']]);
    assert.deepEqual((await feeds.getOrCreateUnfollow(both)).deleted, false);
  });

  test('a request is accepted, and rejected after that', async () => {
    await made('user:closed', 'closed', { data: { visibility: 'followers' } });
    await post('user:closed', 'inner');
    await made('timeline:requester', 'requester');
    const both = { source: 'timeline:requester', target: 'user:closed' };
    const { follow: asked } = await app.as('requester').follow(both);
    assert.equal(asked.status, 'pending');
    assert.deepEqual(await timeline('requester'), []);
    const { follow: accepted } = await feeds.acceptFollow(both);
    assert.deepEqual([accepted.status, accepted.target_feed.follower_count], ['accepted', 1]);
    assertDate(accepted.request_accepted_at, 'request_accepted_at');
    assert.deepEqual(await timeline('requester'), ['inner']);
    const { follow: rejected } = await feeds.rejectFollow(both);
    assert.deepEqual([rejected.status, rejected.target_feed.follower_count], ['rejected', 0]);
    assertDate(rejected.request_rejected_at, 'request_rejected_at');
    assert.deepEqual(await timeline('requester'), []);
  });

  test('many are followed and unfollowed at once, by users and feeds that nobody has made', async () => {
    const follows = ['a', 'b', 'c'].map((id) => ({ source: 'timeline:crowd', target: `user:crowd-${id}` }));
    const targets = (answer) => answer.map(({ target_feed: target }) => target.id);
    const first = await feeds.followBatch({ follows: follows.slice(0, 2), create_users: true });
    assert.deepEqual(targets(first.created), ['crowd-a', 'crowd-b']);
    const second = await feeds.getOrCreateFollows({ follows, create_users: true });
    assert.deepEqual(targets(second.created), ['crowd-c'], 'only what is new');
    assert.deepEqual(targets(second.follows), ['crowd-a', 'crowd-b', 'crowd-c']);
    const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: { $in: ['crowd', 'crowd-c'] } } } });
    assert.equal(users.length, 2);
    await post('user:crowd-a', 'kept');
    const ended = await feeds.unfollowBatch({ follows: [{ ...follows[0], keep_history: true }, follows[1]] });
    assert.deepEqual(targets(ended.follows), ['crowd-a', 'crowd-b']);
    const rest = await feeds.getOrCreateUnfollows({ follows });
    assert.deepEqual(targets(rest.follows), ['crowd-c'], 'only what was there');
    assert.deepEqual(await timeline('crowd'), ['kept']);
  });
});

describe('node-sdk: what is refused', AT_ONCE, () => {
  test('a server has to say in whose name', async () => {
    const { id } = await post('user:anyone', 'mine');
    const nobody = { status: 400, code: 4, reason: USER_REQUIRED };
    const activity = { type: 'post', feeds: ['user:anyone'], text: 'whose?' };
    await refused(feeds.getOrCreateFeed(named('user:anyone')), { ...nobody, operation: 'GetOrCreateFeed' });
    await refused(feeds.addActivity(activity), { ...nobody, operation: 'AddActivity' });
    await refused(feeds.addActivity({ ...activity, user_id: '' }), { ...nobody, operation: 'AddActivity' });
    await refused(feeds.upsertActivities({ activities: [activity] }), { ...nobody, operation: 'UpsertActivities' });
    await refused(feeds.updateActivity({ id, text: 'no' }), { ...nobody, operation: 'UpdateActivity' });
    await refused(feeds.updateActivityPartial({ id, set: { text: 'no' } }), { ...nobody, operation: 'UpdateActivityPartial' });
    await feeds.deleteActivity({ id });
    await refused(feeds.restoreActivity({ id }), { ...nobody, operation: 'RestoreActivity' });
  });

  test('a user is told what is not allowed, and where', async () => {
    const { id } = await post('user:host', 'hands off');
    const guest = app.as('visitor');
    const host = named('user:host');
    const barred = (operation, action = operation, scope = 'feeds:visible') => ({
      status: 403,
      code: 17,
      operation,
      reason: `User 'visitor' with role 'user' is not allowed to perform action ${action} in scope '${scope}'`,
    });
    await refused(guest.addActivity({ feeds: ['user:host'], type: 'post', text: 'x' }), barred('AddActivity'));
    await refused(guest.updateFeed({ ...host, name: 'x' }), barred('UpdateFeed'));
    await refused(guest.deleteFeed(host), barred('DeleteFeed'));
    await refused(guest.updateActivity({ id, text: 'x' }), barred('UpdateActivity'));
    await refused(guest.updateActivityPartial({ id, set: { text: 'x' } }), barred('UpdateActivityPartial', 'UpdateActivity'));
    await refused(guest.deleteActivity({ id }), barred('DeleteActivity'));
    await made('user:hidden', 'host', { data: { visibility: 'private' } });
    await refused(guest.getOrCreateFeed(named('user:hidden')), barred('GetOrCreateFeed', 'ReadFeed', 'feeds:private'));
    await made('timeline:host', 'host');
    const foreign = guest.follow({ source: 'timeline:host', target: 'user:host' });
    await refused(foreign, { status: 403, code: 17, operation: 'Follow', reason: /^User 'visitor' with role 'user' is not allowed/ });
  });
});
