// What feeds are read by and who is in them: groups, views, visibilities and members, by the server SDK and the front-end SDK.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caughtUp, connected, texts } from './feeds.mjs';
import { AT_ONCE, newApp, refused } from './helpers.mjs';
import { heard } from './sockets.mjs';

const app = await newApp('feeds-groups');
const { feeds } = app.node;

const BUILT_IN = ['foryou', 'notification', 'stories', 'story', 'timeline', 'user'];

describe('node-sdk: groups, views and visibilities', AT_ONCE, () => {
  test('a group is made, found, changed, deleted and restored, beside those that are there in every app', async () => {
    const { groups } = await feeds.listFeedGroups();
    for (const id of BUILT_IN) assert.equal(groups[id].id, id);
    const config = { default_visibility: 'public', custom: { a: 1 } };
    const { feed_group: made } = await feeds.createFeedGroup({ id: 'clubs', ...config });
    assert.deepEqual([made.id, made.default_visibility, made.custom], ['clubs', 'public', { a: 1 }]);
    const again = await feeds.getOrCreateFeedGroup({ id: 'clubs', default_visibility: 'private' });
    assert.deepEqual([again.was_created, again.feed_group.default_visibility], [false, 'public'], 'it stays as it is');
    assert.equal((await feeds.getOrCreateFeedGroup({ id: 'teams' })).was_created, true);
    const club = await feeds.getOrCreateFeed({ feed_group_id: 'clubs', feed_id: 'chess', user_id: 'founder' });
    assert.equal(club.feed.visibility, 'public');
    const { feed_group: changed } = await feeds.updateFeedGroup({ id: 'clubs', default_visibility: 'members' });
    assert.equal(changed.default_visibility, 'members');
    assert.equal((await feeds.getFeedGroup({ id: 'clubs' })).feed_group.default_visibility, 'members');
    await feeds.deleteFeedGroup({ id: 'clubs' });
    const gone = feeds.getOrCreateFeed({ feed_group_id: 'clubs', feed_id: 'go', user_id: 'founder' });
    await refused(gone, { status: 404, code: 16, operation: 'GetOrCreateFeed', reason: /not found/ });
    await feeds.restoreFeedGroup({ feed_group_id: 'clubs' });
    assert.equal((await feeds.getOrCreateFeed({ feed_group_id: 'clubs', feed_id: 'go', user_id: 'founder' })).created, true);
  });

  test('a feed is read as a view says', async () => {
    const { feed_view: view } = await feeds.createFeedView({ id: 'followed', activity_selectors: [{ type: 'following' }] });
    assert.equal(view.id, 'followed');
    assert.equal((await feeds.getOrCreateFeedView({ id: 'followed' })).was_created, false);
    await feeds.addActivity({ feeds: ['user:seen'], type: 'post', text: 'seen', user_id: 'seen' });
    const reader = { feed_group_id: 'user', feed_id: 'reader', user_id: 'reader' };
    await feeds.getOrCreateFeed(reader);
    await feeds.follow({ source: 'user:reader', target: 'user:seen' });
    assert.deepEqual(texts(await feeds.getOrCreateFeed(reader)), []);
    assert.deepEqual(texts(await feeds.getOrCreateFeed({ ...reader, view: 'followed' })), ['seen']);
    await feeds.updateFeedView({ id: 'followed', activity_selectors: [{ type: 'current_feed' }] });
    assert.deepEqual(texts(await feeds.getOrCreateFeed({ ...reader, view: 'followed' })), []);
    assert.ok((await feeds.getFeedView({ id: 'followed' })).feed_view.last_used_at instanceof Date);
    assert.ok('followed' in (await feeds.listFeedViews()).views);
    await feeds.deleteFeedView({ id: 'followed' });
    const gone = feeds.getFeedView({ id: 'followed' });
    await refused(gone, { status: 404, code: 16, operation: 'GetFeedView', reason: /not found/ });
  });

  test('what a role may on feeds of a visibility is for the app to say', async () => {
    const own = await newApp('feeds-groups: visibilities');
    const { feeds: server } = own.node;
    const { feed_visibilities: all } = await server.listFeedVisibilities();
    assert.deepEqual(Object.keys(all).sort(), ['followers', 'members', 'private', 'public', 'visible']);
    const host = { feed_group_id: 'user', feed_id: 'host' };
    await server.getOrCreateFeed({ ...host, user_id: 'host' });
    const visitor = own.as('visitor');
    assert.equal((await visitor.getOrCreateFeed(host)).created, false);
    const { feed_visibility: changed } = await server.updateFeedVisibility({ name: 'visible', grants: { user: [] } });
    assert.deepEqual(changed.grants.user, []);
    assert.deepEqual((await server.getFeedVisibility({ name: 'visible' })).feed_visibility.grants, changed.grants);
    const reason = "User 'visitor' with role 'user' is not allowed to perform action ReadFeed in scope 'feeds:visible'";
    await refused(visitor.getOrCreateFeed(host), { status: 403, code: 17, operation: 'GetOrCreateFeed', reason });
  });
});

describe('members', AT_ONCE, () => {
  test('node-sdk: members come, are changed, found and go', async () => {
    const ids = ['m1', 'm2', 'm3'];
    await app.node.upsertUsers(ids.map((id) => ({ id })));
    const club = { feed_group_id: 'user', feed_id: 'club' };
    await feeds.getOrCreateFeed({ ...club, user_id: 'chair' });
    const members = ids.map((user_id) => ({ user_id, custom: { seat: user_id } }));
    const first = await feeds.updateFeedMembers({ ...club, operation: 'upsert', members });
    assert.deepEqual(first.added.map(({ user, role, status }) => [user.id, role, status]), ids.map((id) => [id, 'feed_member', 'member']));
    assert.deepEqual([first.updated, first.removed_ids], [[], []]);
    const second = await feeds.updateFeedMembers({ ...club, operation: 'upsert', members: [{ user_id: 'm1', role: 'feed_moderator' }] });
    assert.deepEqual(second.updated.map(({ user, role }) => [user.id, role]), [['m1', 'feed_moderator']]);
    const { members: found } = await feeds.queryFeedMembers({ ...club, filter: { role: 'feed_moderator' } });
    assert.deepEqual(found.map(({ user }) => user.id), ['m1']);
    const third = await feeds.updateFeedMembers({ ...club, operation: 'remove', members: [{ user_id: 'm3' }] });
    assert.deepEqual(third.removed_ids, ['m3']);
    const read = await feeds.getOrCreateFeed({ ...club, user_id: 'm1' });
    assert.deepEqual([read.feed.member_count, read.members.map(({ user }) => user.id).sort()], [2, ['m1', 'm2']]);
    assert.equal(read.feed.own_membership.role, 'feed_moderator');
    const invited = ids.slice(0, 2).map((user_id) => ({ user_id, invite: true }));
    await feeds.updateFeedMembers({ ...club, operation: 'remove', members: invited.map(({ user_id }) => ({ user_id })) });
    await feeds.updateFeedMembers({ ...club, operation: 'upsert', members: invited });
    assert.equal((await feeds.acceptFeedMemberInvite({ ...club, user_id: 'm1' })).member.status, 'member');
    assert.equal((await feeds.rejectFeedMemberInvite({ ...club, user_id: 'm2' })).member.status, 'rejected');
  });

  test('feeds-client: the state shows who is in, once, and what one is oneself', async (t) => {
    const [owner, guest] = [await connected(t, app, 'host'), await connected(t, app, 'invited')];
    const data = { feed_group_id: 'user', feed_id: 'house' };
    const feed = owner.feed('user', 'house');
    await feed.getOrCreate({ watch: true, member_pagination: { limit: 10 } });
    const seen = guest.feed('user', 'house');
    await seen.getOrCreate({ watch: true, member_pagination: { limit: 10 } });
    const shown = async () => {
      await Promise.all([caughtUp(app, owner), caughtUp(app, guest)]);
      return [feed, seen].map(({ currentState }) => currentState.members.map(({ user, status }) => [user.id, status]));
    };
    const added = heard(guest, 'feeds.feed_member.added');
    await owner.updateFeedMembers({ ...data, operation: 'upsert', members: [{ user_id: 'invited', invite: true }] });
    assert.equal((await added).member.status, 'pending');
    assert.deepEqual(await shown(), [[['invited', 'pending']], [['invited', 'pending']]]);
    await guest.acceptFeedMemberInvite(data);
    assert.deepEqual(await shown(), [[['invited', 'member']], [['invited', 'member']]]);
    assert.equal(seen.currentState.own_membership.status, 'member');
    const { members } = await owner.queryFeedMembers({ ...data, filter: { user_id: 'invited' } });
    assert.equal(members.length, 1);
    await owner.updateFeedMembers({ ...data, operation: 'remove', members: [{ user_id: 'invited' }] });
    assert.deepEqual(await shown(), [[], []]);
    await owner.updateFeedMembers({ ...data, operation: 'upsert', members: [{ user_id: 'invited', invite: true }] });
    assert.equal((await guest.rejectFeedMemberInvite(data)).member.status, 'rejected');
  });
});

describe('feeds-client: activity processors', AT_ONCE, () => {
  test('what a text is about comes with a change, after the activity was added', async (t) => {
    await feeds.createFeedGroup({ id: 'read', activity_processors: [{ type: 'text_interest_tags' }] });
    const client = await connected(t, app, 'writer');
    const feed = client.feed('read', 'writer');
    await feed.getOrCreate({ watch: true });
    const { activity } = await feed.addActivity({ type: 'post', text: 'A song about coffee' });
    assert.deepEqual(activity.interest_tags, []);
    await caughtUp(app, client);
    assert.deepEqual(feed.currentState.activities.map(({ interest_tags }) => interest_tags), [['food', 'music']]);
    const { activities } = await feeds.queryActivities({ filter: { interest_tags: ['music'] } });
    assert.deepEqual(activities.map(({ id }) => id), [activity.id]);
  });
});
