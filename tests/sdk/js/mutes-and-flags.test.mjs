// Muting, unmuting and flagging users, and the reports that the video SDK sends of its own doings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, assertRfc3339, newApp, refused } from './helpers.mjs';
import { Chat, client, Feeds, heard, SDKS, Video } from './sockets.mjs';

const app = await newApp('mutes and flags');
const find = async (id, of = app) => (await of.node.queryUsers({ payload: { filter_conditions: { id } } })).users[0];
const create = (...ids) => app.node.upsertUsers(ids.map((id) => ({ id })));

test('the node SDK mutes, unmutes and flags for a user', async () => {
  await create('n-john', 'n-eve', 'n-mia');
  const muted = await app.node.moderation.mute({ target_ids: ['n-eve', 'n-ghost'], timeout: 5, user_id: 'n-john' });
  assert.equal(muted.metadata.responseCode, 201);
  assert.equal(muted.mutes.length, 1);
  assert.equal(muted.mutes[0].user.id, 'n-john');
  assert.equal(muted.mutes[0].target.id, 'n-eve');
  assertDate(muted.mutes[0].expires);
  assert.deepEqual(muted.non_existing_users, ['n-ghost']);
  assert.equal(muted.own_user.mutes[0].target.id, 'n-eve');
  assert.equal((await find('n-john')).mutes[0].target.id, 'n-eve');

  const unmuted = await app.node.moderation.unmute({ target_ids: ['n-eve'], user_id: 'n-john' });
  assert.equal(unmuted.metadata.responseCode, 201);
  assert.deepEqual((await find('n-john')).mutes, []);

  const flag = (user_id) => app.node.moderation.flag({ entity_type: 'stream:user', entity_id: 'n-eve', reason: 'rude', user_id });
  const first = await flag('n-john');
  assert.ok(first.item_id);
  assert.equal((await flag('n-mia')).item_id, first.item_id);
});

test('feeds-client mutes and flags as its user', async () => {
  await create('f-john', 'f-eve');
  const { mutes } = await app.as('f-john').moderation.mute({ target_ids: ['f-eve'] });
  assert.equal(mutes[0].target.id, 'f-eve');
  assert.equal(mutes[0].expires, undefined);
  assertDate(mutes[0].created_at);
  assert.ok((await app.as('f-john').moderation.flag({ entity_type: 'stream:user', entity_id: 'f-eve' })).item_id);
});

test('stream-chat mutes, unmutes, flags and unflags, for a user and by its moderation client', async () => {
  await create('c-john', 'c-eve');
  const muted = await app.chat.muteUser('c-eve', 'c-john', { timeout: 5 });
  assert.equal(muted.mute.target.id, 'c-eve');
  assertRfc3339(muted.mute.expires);
  assert.equal(muted.own_user.id, 'c-john');
  await app.chat.unmuteUser('c-eve', 'c-john');
  assert.deepEqual((await app.chat.queryUsers({ id: 'c-john' })).users[0].mutes, []);

  const { flag, review_queue_item_id } = await app.chat.flagUser('c-eve', { user_id: 'c-john' });
  assert.equal(flag.user.id, 'c-john');
  assert.equal(flag.target_user.id, 'c-eve');
  assert.equal(flag.created_by_automod, false);
  assertRfc3339(flag.created_at);
  assert.ok(review_queue_item_id);
  assert.match((await app.chat.unflagUser('c-eve', { user_id: 'c-john' })).duration, /ms$/);

  assert.equal((await app.chat.moderation.muteUser('c-eve', { user_id: 'c-john' })).mutes[0].target.id, 'c-eve');
  await app.chat.moderation.unmuteUser('c-eve', { user_id: 'c-john' });
  assert.ok((await app.chat.moderation.flagUser('c-eve', 'rude', { user_id: 'c-john' })).item_id);
});

test('who lacks the grant may neither mute nor flag (row 23)', async () => {
  const own = await newApp('no grants');
  await own.node.upsertUsers([{ id: 'john' }, { id: 'eve' }]);
  await own.node.updateApp({ grants: { user: ['search-user'] } });
  const reason = (action) => `User 'john' with role 'user' is not allowed to perform action ${action}`;
  const refusal = (operation, action) => ({ status: 403, code: 17, operation, reason: reason(action) });
  await refused(own.as('john').moderation.mute({ target_ids: ['eve'] }), refusal('Mute', 'MuteUser'));
  await refused(own.as('john').moderation.flag({ entity_type: 'stream:user', entity_id: 'eve' }), refusal('Flag', 'FlagUser'));
});

test('stream-chat keeps the mutes of its user: with its connection, and as they change', async (t) => {
  const own = await newApp('muted users');
  await own.node.upsertUsers([{ id: 'eve' }, { id: 'mia' }]);
  const session = client(t, Chat, own);
  await session.connect({ id: 'john' }, own.userToken('john'));
  assert.equal(session.client.userMuteStatus('eve'), false);
  const updated = heard(session, 'notification.mutes_updated');
  await session.client.muteUser('eve');
  await updated;
  assert.equal(session.client.userMuteStatus('eve'), true);
  await session.disconnect();

  const again = client(t, Chat, own);
  await again.connect({ id: 'john' }, own.userToken('john'));
  assert.equal(again.client.userMuteStatus('eve'), true);
  const ended = heard(again, 'notification.mutes_updated');
  await own.chat.unmuteUser('eve', 'john');
  await ended;
  assert.equal(again.client.userMuteStatus('eve'), false);
});

for (const Sdk of SDKS) {
  test(`${Sdk.sdk}: whom its user has muted is told to the user`, async (t) => {
    const own = await newApp('told of mutes');
    await own.node.upsertUsers([{ id: 'eve' }]);
    const session = client(t, Sdk, own);
    await session.connect({ id: 'john' }, own.userToken('john'));
    const [muted, updated] = [heard(session, 'user.muted'), heard(session, 'notification.mutes_updated')];
    await own.node.moderation.mute({ target_ids: ['eve'], user_id: 'john' });
    assert.equal((await muted).target_user.id, 'eve');
    assert.equal((await updated).me.mutes[0].target.id, 'eve');
    const unmuted = heard(session, 'user.unmuted');
    await own.node.moderation.unmute({ target_ids: ['eve'], user_id: 'john' });
    assert.equal((await unmuted).target_user.id, 'eve');
  });
}

test('video-client: what it reports of its sign-in is taken', async (t) => {
  const own = await newApp('client events');
  const session = new Video(own, { clientEventsReportingEnabled: true });
  t.after(() => session.disconnect());
  await session.connect({ id: 'john' }, own.userToken('john'));
  const { matched, requests } = await own.control('GET', '/requests/wait?operation=ReportClientCallEvent&timeout=30s');
  assert.ok(matched);
  assert.equal(requests[0].status, 201);
});
