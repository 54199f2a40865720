// Banning and unbanning, in both dialects.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, assertRfc3339, newApp, refused } from './helpers.mjs';

const app = await newApp('moderation');
await app.node.upsertUsers([{ id: 'judge', role: 'admin' }, { id: 'john' }]);

const create = (id) => app.node.upsertUsers([{ id }]);
const find = async (id, of = app) => (await of.node.queryUsers({ payload: { filter_conditions: { id } } })).users[0];
const notAllowed = (operation) => ({
  status: 403,
  code: 17,
  operation,
  reason: "User 'john' with role 'user' is not allowed to perform action BanUser",
});

test('the node SDK bans and unbans', async () => {
  await create('rowdy');
  const banned = await app.node.moderation.ban({ target_user_id: 'rowdy', banned_by_id: 'judge', reason: 'noise', timeout: 60 });
  assert.equal(banned.metadata.responseCode, 201);
  assert.match(banned.duration, /ms$/);
  const user = await find('rowdy');
  assert.equal(user.banned, true);
  assert.equal(user.shadow_banned, false);
  assertDate(user.ban_expires);

  const unbanned = await app.node.moderation.unban({ target_user_id: 'rowdy', unbanned_by_id: 'judge' });
  assert.equal(unbanned.metadata.responseCode, 201);
  assert.equal((await find('rowdy')).banned, false);
  assert.equal((await find('rowdy')).ban_expires, undefined);
});

test('stream-chat bans and unbans', async () => {
  await create('loud');
  await app.chat.banUser('loud', { banned_by_id: 'judge', reason: 'noise', timeout: 60 });
  const [user] = (await app.chat.queryUsers({ id: 'loud' })).users;
  assert.equal(user.banned, true);
  assertRfc3339(user.ban_expires);
  await app.chat.unbanUser('loud');
  assert.equal((await find('loud')).banned, false);
});

test('the older name user_id for who bans is understood', async () => {
  await create('older');
  await app.chat.banUser('older', { user_id: 'judge' });
  assert.equal((await find('older')).banned, true);
});

test('what one dialect bans the other unbans', async () => {
  await create('crossed');
  await app.node.moderation.ban({ target_user_id: 'crossed', banned_by_id: 'judge' });
  await app.chat.unbanUser('crossed');
  assert.equal((await find('crossed')).banned, false);
  await app.chat.banUser('crossed', { banned_by_id: 'judge' });
  await app.node.moderation.unban({ target_user_id: 'crossed' });
  assert.equal((await find('crossed')).banned, false);
});

test('a shadow ban is another thing than a ban', async () => {
  await create('shady');
  await app.chat.shadowBan('shady', { banned_by_id: 'judge' });
  const user = await find('shady');
  assert.deepEqual([user.banned, user.shadow_banned], [false, true]);
  await app.chat.removeShadowBan('shady');
  assert.equal((await find('shady')).shadow_banned, false);

  await app.node.moderation.ban({ target_user_id: 'shady', banned_by_id: 'judge', shadow: true });
  assert.equal((await find('shady')).shadow_banned, true);
});

test('a banned user can still sign in (row 30)', async () => {
  await create('present');
  await app.node.moderation.ban({ target_user_id: 'present', banned_by_id: 'judge' });
  const { users } = await app.as('present').queryUsers({ payload: { filter_conditions: { id: 'present' } } });
  assert.equal(users[0].banned, true);
});

test('a ban with a timeout ends by itself, at the clock of the app', async () => {
  const timed = await newApp('timed ban');
  await timed.freeze('2030-01-01T00:00:00Z');
  await timed.node.upsertUsers([{ id: 'judge', role: 'admin' }, { id: 'brief' }]);
  await timed.node.moderation.ban({ target_user_id: 'brief', banned_by_id: 'judge', timeout: 10 });
  const user = await find('brief', timed);
  assert.equal(user.ban_expires.toISOString(), '2030-01-01T00:10:00.000Z');

  await timed.advance('9m');
  assert.equal((await find('brief', timed)).banned, true);
  await timed.advance('2m');
  assert.equal((await find('brief', timed)).banned, false);
  const { users } = await timed.node.queryUsers({ payload: { filter_conditions: { banned: true } } });
  assert.deepEqual(users, []);
});

test('who does not exist is neither banned nor unbanned', async () => {
  const notFound = (operation) => ({ status: 404, code: 16, operation, reason: /ghost/ });
  await refused(app.node.moderation.ban({ target_user_id: 'ghost', banned_by_id: 'judge' }), notFound('Ban'));
  await refused(app.node.moderation.unban({ target_user_id: 'ghost' }), notFound('Unban'));
});

test('a ban needs a target', async () => {
  const required = (operation) => ({ status: 400, code: 4, operation, reason: 'target_user_id is a required field' });
  await refused(app.node.moderation.ban({ banned_by_id: 'judge' }), required('Ban'));
  await refused(app.node.moderation.unban({}), required('Unban'));
});

test('an admin may ban, an ordinary user may not (row 23)', async () => {
  await create('target');
  const call = (id, method, path, options) => app.call(method, path, { token: app.userToken(id), ...options });
  const body = { target_user_id: 'target' };
  await refused(call('john', 'POST', '/api/v2/moderation/ban', { body }), notAllowed('Ban'));
  assert.equal((await find('target')).banned, false);

  assert.equal((await call('judge', 'POST', '/api/v2/moderation/ban', { body })).status, 201);
  assert.equal((await find('target')).banned, true);
  await refused(call('john', 'POST', '/api/v2/moderation/unban', { query: body, body: {} }), notAllowed('Unban'));
  assert.equal((await call('judge', 'DELETE', '/moderation/ban', { query: body })).status, 200);
  assert.equal((await find('target')).banned, false);
});

test('the node SDK and stream-chat see who is banned, by whom, why and until when', async () => {
  const bans = await newApp('bans');
  await bans.freeze('2030-01-01T00:00:00Z');
  await bans.node.upsertUsers([{ id: 'judge', role: 'admin' }, { id: 'loud' }, { id: 'rude' }, { id: 'calm' }]);
  await bans.node.moderation.ban({ target_user_id: 'loud', banned_by_id: 'judge', reason: 'noise', timeout: 60 });
  await bans.advance('1m');
  await bans.chat.shadowBan('rude', { banned_by_id: 'judge', reason: 'rude words' });

  const query = (payload) => bans.node.chat.queryBannedUsers({ payload: { filter_conditions: {}, ...payload } });
  const sort = [{ field: 'created_at', direction: 1 }];
  const all = await query({ sort });
  assert.deepEqual(all.bans.map(({ user, banned_by, shadow }) => [user.id, banned_by.id, shadow]), [
    ['loud', 'judge', false],
    ['rude', 'judge', true],
  ]);
  const [loud] = all.bans;
  assertDate(loud.created_at);
  assert.equal(loud.expires - loud.created_at, 3_600_000);
  assert.equal(loud.reason, 'noise');
  assert.equal(all.bans[1].expires, undefined);
  const ids = ({ bans }) => bans.map((ban) => ban.user.id);
  assert.deepEqual(ids(await query({ sort, limit: 1, offset: 1 })), ['rude']);
  assert.deepEqual(ids(await query({ created_at_after: loud.created_at })), ['rude']);

  const chat = await bans.chat.queryBannedUsers({ reason: { $autocomplete: 'word' } }, { created_at: -1 }, { limit: 5 });
  assert.deepEqual(ids(chat), ['rude']);
  assertRfc3339(chat.bans[0].created_at);
  assert.deepEqual(ids(await bans.chat.queryBannedUsers({ user_id: { $in: ['loud', 'calm'] } })), ['loud']);
  await bans.node.moderation.unban({ target_user_id: 'loud' });
  assert.deepEqual(ids(await bans.chat.queryBannedUsers()), ['rude']);

  const wrong = { status: 400, code: 4, operation: 'QueryBannedUsers', reason: 'field banned is not supported in QueryBannedUsers' };
  await refused(bans.chat.queryBannedUsers({ banned: true }), wrong);
  await refused(query({ filter_conditions: { banned: true } }), wrong);
});

test('bans that have ended are told unless they are excluded, by the clock of the app', async () => {
  const timed = await newApp('ended bans');
  await timed.freeze('2030-01-01T00:00:00Z');
  await timed.node.upsertUsers([{ id: 'judge', role: 'admin' }, { id: 'brief' }]);
  await timed.chat.banUser('brief', { banned_by_id: 'judge', timeout: 10 });
  const seen = async (exclude_expired_bans) => (await timed.chat.queryBannedUsers({}, [], { exclude_expired_bans })).bans.length;
  assert.deepEqual([await seen(true), await seen(false)], [1, 1]);
  await timed.advance('10m');
  assert.deepEqual([await seen(true), await seen(false)], [0, 1]);
});

test('who may ban sees who is banned with a client of its own; others do not', async () => {
  const path = '/query_banned_users';
  const query = { payload: { filter_conditions: { user_id: 'nobody' } } };
  const answer = await app.call('GET', path, { token: app.userToken('judge'), query });
  assert.deepEqual([answer.status, answer.body.bans], [200, []]);
  await refused(app.call('GET', path, { token: app.userToken('john'), query }), notAllowed('QueryBannedUsers'));
});
