// Users through the node SDK: the v2 dialect, with integer times and nested custom data.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, newApp, refused } from './helpers.mjs';

const app = await newApp('users of the node SDK');

const upsert = async (user) => (await app.node.upsertUsers([user])).users[user.id];
const partial = async (id, change) => (await app.node.updateUsersPartial({ users: [{ id, ...change }] })).users[id];
const find = async (id) => (await app.node.queryUsers({ payload: { filter_conditions: { id } } })).users[0];
const badInput = (operation, reason) => ({ status: 400, code: 4, operation, reason });

test('trap 29: a new user has every field of its type, empty ones instead of none', async () => {
  const user = await upsert({ id: 'plain' });
  assertDate(user.created_at, 'created_at');
  assertDate(user.updated_at, 'updated_at');
  const { created_at, updated_at, ...rest } = user;
  assert.deepEqual(rest, {
    id: 'plain',
    role: 'user',
    language: '',
    teams: [],
    custom: {},
    banned: false,
    shadow_banned: false,
    online: false,
    invisible: false,
    blocked_user_ids: [],
    devices: [],
    mutes: [],
    channel_mutes: [],
    total_unread_count: 0,
    unread_channels: 0,
    unread_count: 0,
    unread_threads: 0,
  });
});

test('trap 28: an upsert answers with its users, an empty membership_deletion_task_id and a duration', async () => {
  const answer = await app.node.upsertUsers([{ id: 'one' }, { id: 'two' }]);
  assert.deepEqual(Object.keys(answer.users).sort(), ['one', 'two']);
  assert.equal(answer.membership_deletion_task_id, '');
  assert.match(answer.duration, /^\d+\.\d\dms$/);
  assert.equal(answer.metadata.responseCode, 201);
});

test('every field of an upsert comes back, also from a query', async () => {
  const sent = {
    id: 'complete',
    name: 'Complete',
    image: ':)',
    role: 'admin',
    teams: ['red', 'blue'],
    teams_role: { red: 'admin' },
    language: 'en',
    invisible: true,
    privacy_settings: { typing_indicators: { enabled: false }, read_receipts: { enabled: true } },
    custom: { color: 'blue', nested: { deep: [1, 2.5, null, 'é'] }, flag: true, created_at: '2024-01-01' },
  };
  const created = await upsert(sent);
  for (const user of [created, await find('complete')]) {
    for (const [field, value] of Object.entries(sent)) assert.deepEqual(user[field], value, field);
  }
});

test('trap 2: times on the wire are integers of nanoseconds', async () => {
  await upsert({ id: 'timed' });
  const { text, body } = await app.call('GET', '/api/v2/users', {
    token: app.serverToken,
    query: { payload: { filter_conditions: { id: 'timed' } } },
  });
  const [, written] = text.match(/"created_at":([^,}]+)/);
  assert.match(written, /^\d{19}$/);
  const decoded = (await find('timed')).created_at;
  assert.equal(decoded.getTime(), Math.floor(body.users[0].created_at / 1e6));
  assert.ok(Math.abs(decoded - Date.now()) < 60_000);
});

test('an upsert replaces custom data and keeps the role', async () => {
  await upsert({ id: 'replaced', role: 'moderator', custom: { color: 'red', size: 3 } });
  const user = await upsert({ id: 'replaced', custom: { color: 'blue' } });
  assert.deepEqual(user.custom, { color: 'blue' });
  assert.equal(user.role, 'moderator');
});

test('an upsert moves updated_at and leaves created_at', async () => {
  const timed = await newApp('times of users');
  await timed.freeze('2030-01-01T00:00:00.123Z');
  await timed.node.upsertUsers([{ id: 'john' }]);
  await timed.advance('1h');
  const { users } = await timed.node.upsertUsers([{ id: 'john', name: 'John' }]);
  assert.equal(users.john.created_at.toISOString(), '2030-01-01T00:00:00.123Z');
  assert.equal(users.john.updated_at.toISOString(), '2030-01-01T01:00:00.123Z');
});

test('privacy settings are merged key by key', async () => {
  await upsert({ id: 'private', privacy_settings: { typing_indicators: { enabled: false } } });
  const user = await partial('private', { set: { privacy_settings: { read_receipts: { enabled: false } } } });
  assert.deepEqual(user.privacy_settings, { typing_indicators: { enabled: false }, read_receipts: { enabled: false } });
});

test('dates inside custom data are nobody’s business', async () => {
  const date = new Date('2024-05-06T07:08:09.010Z');
  const user = await upsert({ id: 'dates', custom: { birthday: date, created_at: date } });
  assert.deepEqual(user.custom, { birthday: date.toISOString(), created_at: date.toISOString() });
});

test('a partial update sets and unsets, and leaves the rest', async () => {
  await upsert({ id: 'partial', name: 'Partial', image: 'a.png', custom: { color: 'red', size: 3 } });
  const user = await partial('partial', { set: { name: 'Changed', country: 'NL' }, unset: ['size', 'image'] });
  assert.equal(user.name, 'Changed');
  assert.equal(user.image, undefined);
  assert.deepEqual(user.custom, { color: 'red', country: 'NL' });
  assert.deepEqual((await find('partial')).custom, { color: 'red', country: 'NL' });
});

test('a partial update sets each of the built-in fields', async () => {
  await upsert({ id: 'built-in' });
  const set = { name: 'B', image: 'b.png', role: 'admin', teams: ['red'], teams_role: { red: 'admin' }, invisible: true, language: 'nl' };
  const user = await partial('built-in', { set });
  for (const [field, value] of Object.entries(set)) assert.deepEqual(user[field], value, field);
  assert.deepEqual(user.custom, {});
});

test('unsetting the name clears it', async () => {
  await upsert({ id: 'nameless', name: 'Named' });
  const user = await partial('nameless', { unset: ['name'] });
  assert.ok(!user.name, user.name);
});

test('a partial update follows dotted paths', async () => {
  await upsert({ id: 'dotted', custom: { field: { kept: 1, changed: 2, dropped: 3 } } });
  const user = await partial('dotted', { set: { 'field.changed': 20, 'other.made': 'new' }, unset: ['field.dropped'] });
  assert.deepEqual(user.custom, { field: { kept: 1, changed: 20 }, other: { made: 'new' } });
});

test('paths that are none are refused', async () => {
  await upsert({ id: 'paths', custom: { a: { b: 1 } } });
  for (const path of ['a..b', '.a', 'a.', 'a b']) {
    const expected = badInput('UpdateUsersPartial', /./);
    await refused(partial('paths', { set: { [path]: 1 } }), expected);
    await refused(partial('paths', { unset: [path] }), expected);
  }
  assert.deepEqual((await find('paths')).custom, { a: { b: 1 } });
});

test('a partial update of an unknown user is refused (code 16)', async () => {
  await refused(partial('ghost', { set: { name: 'Ghost' } }), {
    status: 404,
    code: 16,
    operation: 'UpdateUsersPartial',
    reason: /ghost/,
  });
});

test('a partial update needs users', async () => {
  const expected = badInput('UpdateUsersPartial', 'users[] is a required field');
  await refused(app.node.updateUsersPartial({}), expected);
  await refused(app.node.updateUsersPartial({ users: [] }), expected);
});

test('a partial update of many is all or nothing', async () => {
  await upsert({ id: 'first', custom: { n: 1 } });
  await refused(
    app.node.updateUsersPartial({
      users: [
        { id: 'first', set: { n: 2 } },
        { id: 'ghost', set: { n: 2 } },
      ],
    }),
    { status: 404, code: 16, operation: 'UpdateUsersPartial', reason: /ghost/ },
  );
  assert.deepEqual((await find('first')).custom, { n: 1 });
});

test('a user may upsert and change itself', async () => {
  const client = app.as('self');
  const { users } = await client.updateUsers({ users: { self: { id: 'self', name: 'Me', custom: { mood: 'good' } } } });
  assert.equal(users.self.name, 'Me');
  assertDate(users.self.created_at);
  const changed = await client.updateUsersPartial({ users: [{ id: 'self', set: { mood: 'better' } }] });
  assert.equal(changed.users.self.custom.mood, 'better');
});

test('a user may not change another, nor its own role (row 23)', async () => {
  await app.node.upsertUsers([{ id: 'me' }, { id: 'you', name: 'You' }]);
  const client = app.as('me');
  const refusal = (operation, action) => ({
    status: 403,
    code: 17,
    operation,
    // Who changes another is not named (row 23).
    reason: `User ${action === 'UpdateUser' ? '' : "'me' "}with role 'user' is not allowed to perform action ${action}`,
  });
  const set = { name: 'Mine' };
  await refused(client.updateUsers({ users: { you: { id: 'you', ...set } } }), refusal('UpdateUsers', 'UpdateUser'));
  await refused(client.updateUsersPartial({ users: [{ id: 'you', set }] }), refusal('UpdateUsersPartial', 'UpdateUser'));
  await refused(
    client.updateUsersPartial({ users: [{ id: 'me', set: { role: 'admin' } }] }),
    refusal('UpdateUsersPartial', 'UpdateUserRole'),
  );
  assert.equal((await find('you')).name, 'You');
  assert.equal((await find('me')).role, 'user');
});

test('without permission checks every user may do everything that is not for servers', async () => {
  const open = await newApp('no permission checks');
  await open.node.upsertUsers([{ id: 'me' }, { id: 'you' }]);
  await open.node.updateApp({ disable_permissions_checks: true });
  const client = open.as('me');
  const { users } = await client.updateUsersPartial({ users: [{ id: 'you', set: { name: 'Mine' } }] });
  assert.equal(users.you.name, 'Mine');
  await refused(open.serverWith(open.userToken('me')).listRoles(), {
    status: 403,
    code: 17,
    operation: 'ListRoles',
    reason: /./,
  });
});
