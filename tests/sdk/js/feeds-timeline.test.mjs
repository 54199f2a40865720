// A follower's timeline in the front-end SDK: under what the followed do, under the end of a follow, after a broken
// connection; and what somebody sees who has not signed in.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { becomes, caughtUp, changes, connected, SHOW_ALL, texts } from './feeds.mjs';
import { AT_ONCE, newApp, refused } from './helpers.mjs';
import { heard } from './sockets.mjs';

const app = await newApp('feeds-timeline');

/** An author, and a fan whose watched timeline follows the author. */
async function fanned(t, name, clients = 1) {
  const author = await connected(t, app, name);
  await author.feed('user', name).getOrCreate();
  const fans = [];
  const timelines = [];
  for (let n = 0; n < clients; n += 1) {
    const fan = await connected(t, app, `${name}-fan`);
    const timeline = fan.feed('timeline', `${name}-fan`, SHOW_ALL);
    await timeline.getOrCreate({ watch: true });
    fans.push(fan);
    timelines.push(timeline);
  }
  const allCaughtUp = () => Promise.all(fans.map((fan) => caughtUp(app, fan)));
  await timelines[0].follow(`user:${name}`);
  await allCaughtUp();
  return {
    author,
    fan: fans[0],
    timelines,
    timeline: timelines[0],
    allCaughtUp,
    async post(text) {
      const { activity } = await author.addActivity({ feeds: [`user:${name}`], type: 'post', text });
      await allCaughtUp();
      return activity.id;
    },
  };
}

const shown = ({ currentState }) => texts(currentState);

describe('feeds-client: a timeline', AT_ONCE, () => {
  test('shows what the followed post, change and delete, each as one change, at all clients of its user', async (t) => {
    const { author, timelines, allCaughtUp, post } = await fanned(t, 'author', 2);
    const during = async (action) => {
      const seen = timelines.map(changes);
      const result = await action();
      await allCaughtUp();
      assert.deepEqual(seen.map(({ length }) => length), [1, 1]);
      return result;
    };
    const first = await during(() => post('one'));
    const second = await during(() => post('two'));
    assert.deepEqual(timelines.map(shown), [['two', 'one'], ['two', 'one']]);
    for (const { currentState } of timelines) {
      const [activity] = currentState.activities;
      assert.deepEqual([activity.current_feed.feed, activity.feeds], ['user:author', ['user:author']]);
    }
    await during(() => author.updateActivity({ id: first, text: 'one again' }));
    await during(() => author.updateActivityPartial({ id: second, set: { text: 'two again' } }));
    assert.deepEqual(timelines.map(shown), [['two again', 'one again'], ['two again', 'one again']]);
    await during(() => author.deleteActivity({ id: first }));
    await during(() => author.deleteActivity({ id: second, hard_delete: true }));
    assert.deepEqual(timelines.map(shown), [[], []]);
  });

  test('shows a history with the follow, and none after its end, when nothing new comes either', async (t) => {
    const { fan, timeline, post } = await fanned(t, 'history');
    await post('before');
    await timeline.unfollow('user:history');
    const heardOf = [];
    fan.on('feeds.activity.added', (event) => heardOf.push(event.fid));
    await post('unheard');
    assert.deepEqual(heardOf, []);
    await timeline.getOrCreate({ watch: true });
    assert.deepEqual(shown(timeline), []);
    await timeline.follow('user:history');
    await timeline.getOrCreate({ watch: true });
    assert.deepEqual(shown(timeline), ['unheard', 'before']);
    await post('heard');
    assert.deepEqual([shown(timeline), heardOf], [['heard', 'unheard', 'before'], ['timeline:history-fan']]);
  });

  test('keeps its history where that is asked for, and hears of nothing new', async (t) => {
    const { author, timeline, post, allCaughtUp } = await fanned(t, 'kept');
    const id = await post('kept');
    await timeline.unfollow('user:kept', { keep_history: true });
    await post('unheard');
    await timeline.getOrCreate({ watch: true });
    assert.deepEqual(shown(timeline), ['kept']);
    await author.deleteActivity({ id });
    await allCaughtUp();
    await timeline.getOrCreate({ watch: true });
    assert.deepEqual(shown(timeline), [], 'what is deleted is kept by nobody');
  });

  test('of two followed feeds shows an activity that is in both once', async (t) => {
    const { author, timeline, allCaughtUp } = await fanned(t, 'twice');
    await author.feed('user', 'twice-2').getOrCreate();
    await timeline.follow('user:twice-2');
    const states = changes(timeline);
    await author.addActivity({ feeds: ['user:twice', 'user:twice-2'], type: 'post', text: 'both' });
    await allCaughtUp();
    assert.deepEqual([shown(timeline), states.length], [['both'], 1]);
  });

  test('loses what a deleted feed had', async (t) => {
    const { author, timeline, post } = await fanned(t, 'leaver');
    await post('gone');
    await author.feed('user', 'leaver').delete();
    await timeline.getOrCreate({ watch: true });
    assert.deepEqual([shown(timeline), timeline.currentState.following_count], [[], 0]);
  });
});

describe('feeds-client: a broken connection', AT_ONCE, () => {
  test('is made anew, and what is watched is read and watched again over the new one', async (t) => {
    const { author, fan, timeline } = await fanned(t, 'broken');
    const before = await connectionOf('broken-fan');
    const back = heard(fan, 'connection.changed', ({ online }) => online);
    await app.control('POST', '/connections/close?user_id=broken-fan', { code: 4001 });
    await author.addActivity({ feeds: ['user:broken'], type: 'post', text: 'missed' });
    await back;
    await becomes(timeline, (state) => texts(state).includes('missed'));
    assert.notEqual(await connectionOf('broken-fan'), before);
    await author.addActivity({ feeds: ['user:broken'], type: 'post', text: 'live' });
    await caughtUp(app, fan);
    assert.deepEqual(shown(timeline), ['live', 'missed']);
  });
});

/** The one connection that a user has. */
async function connectionOf(userId) {
  const { connections } = await app.control('GET', `/connections?user_id=${userId}`);
  assert.equal(connections.length, 1);
  return connections[0].id;
}

describe('feeds-client: nobody', AT_ONCE, () => {
  test('reads a public feed and what is in it, and no other, and changes nothing', async () => {
    for (const visibility of ['public', 'private']) {
      const data = { visibility, name: visibility };
      await app.node.feeds.getOrCreateFeed({ feed_group_id: 'user', feed_id: visibility, user_id: 'host', data });
      await app.node.feeds.addActivity({ feeds: [`user:${visibility}`], id: visibility, type: 'post', text: visibility, user_id: 'host' });
    }
    const anonymous = app.feeds();
    await anonymous.connectAnonymous();
    const feed = anonymous.feed('user', 'public');
    await feed.getOrCreate();
    assert.deepEqual([shown(feed), feed.currentState.name], [['public'], 'public']);
    assert.equal(feed.currentState.own_capabilities.includes('add-activity'), false);
    assert.equal((await anonymous.getActivity({ id: 'public' })).activity.text, 'public');
    const barred = (operation, action, scope) => ({
      status: 403,
      code: 17,
      operation,
      reason: `User '!anon' with role 'anonymous' is not allowed to perform action ${action}${scope}`,
    });
    const closed = anonymous.feed('user', 'private').getOrCreate();
    await refused(closed, barred('GetOrCreateFeed', 'ReadFeed', " in scope 'feeds:private'"));
    await refused(anonymous.getActivity({ id: 'private' }), barred('GetActivity', 'ReadActivities', " in scope 'feeds:private'"));
    const posting = anonymous.addActivity({ feeds: ['user:public'], type: 'post', text: 'x' });
    await refused(posting, barred('AddActivity', 'AddActivity', ''));
  });
});
