// Reactions and feedback, by the front-end SDK with what its state shows, and by the server SDK.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { becomes, caughtUp, changes, connected, SHOW_ALL } from './feeds.mjs';
import { assertDate, AT_ONCE, newApp, refused } from './helpers.mjs';
import { heard } from './sockets.mjs';

const app = await newApp('feeds-reactions');
const { feeds } = app.node;

const HEART = '❤️';
const who = (reactions) => reactions.map(({ user, type }) => `${user.id} ${type}`);
const counts = ({ reaction_groups: groups }) => Object.fromEntries(Object.entries(groups).map(([type, { count }]) => [type, count]));

async function posted(user, ...ids) {
  for (const id of ids) {
    await feeds.addActivity({ id, feeds: [`user:${user}`], type: 'post', text: id, user_id: user });
  }
}

/** A user's own feed and another user's view of it, both watched. */
async function watched(t, owner, other) {
  const clients = [await connected(t, app, owner), await connected(t, app, other)];
  const shown = clients.map((client) => client.feed('user', owner, SHOW_ALL));
  for (const feed of shown) await feed.getOrCreate({ watch: true });
  return { clients, shown, settled: () => Promise.all(clients.map((client) => caughtUp(app, client))) };
}

describe('feeds-client: reactions', AT_ONCE, () => {
  test('a reaction is one change of the state of everybody who watches, and own to whose it is', async (t) => {
    await posted('owner', 'owner-a');
    const { clients: [, other], shown, settled } = await watched(t, 'owner', 'other');
    const seen = shown.map(changes);
    const { reaction } = await other.addActivityReaction({ activity_id: 'owner-a', type: HEART, custom: { emoji: 'x' } });
    assertDate(reaction.created_at);
    assert.deepEqual(reaction.custom, { emoji: 'x' });
    await settled();
    assert.deepEqual(seen.map(({ length }) => length), [1, 1]);
    for (const { currentState } of shown) {
      const [activity] = currentState.activities;
      assert.deepEqual([activity.reaction_count, counts(activity)], [1, { [HEART]: 1 }]);
      assert.deepEqual(who(activity.latest_reactions), [`other ${HEART}`]);
      assertDate(activity.reaction_groups[HEART].first_reaction_at);
    }
    const own = () => shown.map(({ currentState }) => who(currentState.activities[0].own_reactions));
    assert.deepEqual(own(), [[], [`other ${HEART}`]]);
    await other.deleteActivityReaction({ activity_id: 'owner-a', type: HEART });
    await settled();
    assert.deepEqual(seen.map(({ length }) => length), [2, 2]);
    assert.deepEqual(own(), [[], []]);
    for (const { currentState } of shown) assert.deepEqual(counts(currentState.activities[0]), {});
  });

  test('a unique reaction takes the place of the others, once', async (t) => {
    await posted('single', 'single-a');
    const { clients: [, fan], shown, settled } = await watched(t, 'single', 'fan');
    await fan.addActivityReaction({ activity_id: 'single-a', type: 'like' });
    await settled();
    const seen = shown.map(changes);
    for (const type of ['wow', 'sad']) {
      await fan.addActivityReaction({ activity_id: 'single-a', type, enforce_unique: true });
      await settled();
    }
    assert.deepEqual(seen.map(({ length }) => length), [2, 2]);
    const [own, foreign] = shown.map(({ currentState }) => currentState.activities[0]);
    assert.deepEqual([counts(own), who(own.own_reactions)], [{ sad: 1 }, []]);
    assert.deepEqual([counts(foreign), who(foreign.own_reactions)], [{ sad: 1 }, ['fan sad']]);
    const anew = await shown[1].getOrCreate();
    assert.deepEqual(who(anew.activities[0].own_reactions), ['fan sad']);
  });

  test('reactions are found, page by page, and one\'s own at once', async (t) => {
    await posted('many', 'many-a', 'many-b');
    for (const user_id of ['m1', 'm2', 'm3']) {
      await feeds.addActivityReaction({ activity_id: 'many-a', type: 'like', user_id });
    }
    const m1 = await connected(t, app, 'm1');
    await m1.addActivityReaction({ activity_id: 'many-b', type: 'wow' });
    const first = await m1.queryActivityReactions({ activity_id: 'many-a', limit: 2 });
    assert.deepEqual(who(first.reactions), ['m3 like', 'm2 like']);
    const second = await m1.queryActivityReactions({ activity_id: 'many-a', limit: 2, next: first.next });
    assert.deepEqual([who(second.reactions), second.next], [['m1 like'], undefined]);
    const filtered = await m1.queryActivityReactions({ activity_id: 'many-a', filter: { user_id: { $in: ['m2'] } } });
    assert.deepEqual(who(filtered.reactions), ['m2 like']);
  });

  test('a reaction notifies the author where it is told to, until it is taken back', async (t) => {
    await posted('author', 'author-a');
    const author = await connected(t, app, 'author');
    const notifications = author.feed('notification', 'author');
    await notifications.getOrCreate({ watch: true });
    const told = becomes(notifications, ({ notification_status: status }) => status?.unread === 1);
    const fan = await connected(t, app, 'notifier');
    const answer = await fan.addActivityReaction({ activity_id: 'author-a', type: 'like', create_notification_activity: true });
    assert.equal(answer.notification_created, true);
    await told;
    assert.equal((await notifications.getOrCreate()).aggregated_activities[0].activities[0].type, 'reaction');
    await fan.deleteActivityReaction({ activity_id: 'author-a', type: 'like', delete_notification_activity: true });
    assert.deepEqual((await notifications.getOrCreate()).aggregated_activities, []);
  });

  test('what a user hides is marked at once, and left out from the next read on', async (t) => {
    await posted('loud', 'loud-a', 'loud-b');
    const { clients: [, quiet], shown: [own, foreign] } = await watched(t, 'loud', 'quiet');
    const told = heard(quiet, 'feeds.activity.feedback');
    await quiet.activityFeedback({ activity_id: 'loud-a', hide: true });
    const { activity_feedback: said } = await told;
    assert.deepEqual([said.activity_id, said.action, said.value, said.user.id], ['loud-a', 'hide', 'true', 'quiet']);
    const hidden = ({ currentState }) => currentState.activities.map(({ id, hidden }) => [id, hidden]);
    assert.deepEqual(hidden(foreign), [['loud-b', false], ['loud-a', true]]);
    assert.deepEqual(hidden(own), [['loud-b', false], ['loud-a', false]]);
    const again = await foreign.getOrCreate();
    assert.deepEqual(again.activities.map(({ id }) => id), ['loud-b']);
    const { activities } = await quiet.queryActivities({ filter: { hidden: true } });
    assert.deepEqual(activities.map(({ id, hidden }) => [id, hidden]), [['loud-a', true]]);
    await quiet.activityFeedback({ activity_id: 'loud-a', hide: false });
    assert.equal((await foreign.getOrCreate()).activities.length, 2);
  });
});

describe('node-sdk: reactions', AT_ONCE, () => {
  test('a server reacts for users whom it names, who may be new', async () => {
    await posted('served', 'served-a');
    const place = { activity_id: 'served-a' };
    await refused(feeds.addActivityReaction({ ...place, type: 'like' }), {
      status: 400,
      code: 4,
      operation: 'AddActivityReaction',
      reason: /user_id is required for server side requests/,
    });
    const answer = await feeds.addActivityReaction({ ...place, type: 'like', user_id: 'fresh', create_users: true });
    assertDate(answer.reaction.updated_at);
    await feeds.addActivityReaction({ ...place, type: 'wow', user: { id: 'fresh' } });
    assert.deepEqual(counts((await feeds.getActivity({ id: 'served-a' })).activity), { like: 1, wow: 1 });
    const found = await feeds.queryActivityReactions({ ...place, filter: { reaction_type: 'wow' } });
    assert.deepEqual(who(found.reactions), ['fresh wow']);
    const own = await feeds.batchQueryActivityReactions({ activity_ids: ['served-a', 'none'], user_id: 'fresh' });
    assert.deepEqual(who(own.reactions), ['fresh wow', 'fresh like']);
    const gone = await feeds.deleteActivityReaction({ ...place, type: 'like', user_id: 'fresh' });
    assert.deepEqual([gone.reaction.type, gone.activity.reaction_count], ['like', 1]);
    await refused(feeds.deleteActivityReaction({ ...place, type: 'like', user_id: 'fresh' }), {
      status: 404,
      code: 16,
      operation: 'DeleteActivityReaction',
      reason: /reaction of type like not found/,
    });
  });

  test('a reaction shares the activity in the feeds that are named', async () => {
    await posted('shared', 'shared-a');
    await posted('sharer', 'sharer-a');
    const answer = await feeds.addActivityReaction({
      activity_id: 'shared-a',
      type: 'repost',
      target_feeds: ['user:sharer'],
      user_id: 'sharer',
    });
    assert.deepEqual([answer.activity.share_count, answer.reference_activity.feeds], [1, ['user:sharer']]);
    const page = await feeds.getOrCreateFeed({ feed_group_id: 'user', feed_id: 'sharer', user_id: 'sharer' });
    assert.deepEqual(page.activities.map(({ type, parent }) => [type, parent?.id]), [['repost', 'shared-a'], ['post', undefined]]);
  });

  test('a server gives feedback for a user, and reads as he does', async () => {
    await posted('said', 'said-a', 'said-b');
    assert.equal((await feeds.activityFeedback({ activity_id: 'said-a', hide: true, user_id: 'sayer' })).activity_id, 'said-a');
    await feeds.activityFeedback({ activity_id: 'said-b', user_id: 'sayer' });
    const page = await feeds.getOrCreateFeed({ feed_group_id: 'user', feed_id: 'said', user_id: 'sayer' });
    assert.deepEqual(page.activities.map(({ id }) => id), ['said-b']);
  });
});

describe('node-sdk: interests', AT_ONCE, () => {
  test('what somebody reacted to tells of interests', async () => {
    await feeds.addActivity({ id: 'tagged', feeds: ['user:tagger'], type: 'post', text: 'tea', interest_tags: ['Tea', 'hot'], user_id: 'tagger' });
    await feeds.addActivityReaction({ activity_id: 'tagged', type: 'like', user_id: 'reader' });
    const { interests } = await feeds.getUserInterests({ user_id: 'reader', limit: 5 });
    assert.deepEqual(interests.map(({ tag, count }) => [tag, count]), [['hot', 1], ['tea', 1]]);
    assert.deepEqual((await feeds.getUserInterests({ user_id: 'tagger' })).interests, []);
  });
});
