// Users through stream-chat: the legacy dialect, with RFC 3339 times and flattened custom data, over the same rows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRfc3339, newApp, refused } from './helpers.mjs';

const app = await newApp('users of stream-chat');

const upsert = async (user) => (await app.chat.upsertUser(user)).users[user.id];
const nested = async (id) => (await app.node.queryUsers({ payload: { filter_conditions: { id } } })).users[0];
const flat = async (id) => (await app.chat.queryUsers({ id })).users[0];

test('trap 32: custom data is flattened beside the built-in fields, and there is no custom key', async () => {
  const user = await upsert({ id: 'flat', name: 'Flat', awesome: true, nested: { a: [1] } });
  assert.equal(user.awesome, true);
  assert.deepEqual(user.nested, { a: [1] });
  assert.equal('custom' in user, false);
});

test('trap 2: times are RFC 3339 in UTC', async () => {
  const user = await upsert({ id: 'timed' });
  assertRfc3339(user.created_at, 'created_at');
  assertRfc3339(user.updated_at, 'updated_at');
});

test('a user has its built-in fields in this dialect too', async () => {
  const user = await upsert({ id: 'built-in', name: 'B', image: 'b.png', language: 'en', teams: ['red'], role: 'admin' });
  assert.deepEqual(
    Object.fromEntries(['id', 'name', 'image', 'language', 'teams', 'role', 'banned', 'online'].map((k) => [k, user[k]])),
    { id: 'built-in', name: 'B', image: 'b.png', language: 'en', teams: ['red'], role: 'admin', banned: false, online: false },
  );
});

test('trap 32: what one dialect writes the other reads', async () => {
  await app.chat.upsertUser({ id: 'from-chat', name: 'C', color: 'red', sizes: { shoe: 42 } });
  assert.deepEqual((await nested('from-chat')).custom, { color: 'red', sizes: { shoe: 42 } });

  await app.node.upsertUsers([{ id: 'from-node', name: 'N', custom: { color: 'blue', sizes: { shoe: 43 } } }]);
  const user = await flat('from-node');
  assert.equal(user.color, 'blue');
  assert.deepEqual(user.sizes, { shoe: 43 });
  assert.equal('custom' in user, false);
});

test('both dialects tell the same time', async () => {
  const timed = await newApp('both dialects');
  await timed.freeze('2030-01-01T00:00:00.048Z');
  const { users } = await timed.chat.upsertUser({ id: 'john' });
  assert.equal(users.john.created_at, '2030-01-01T00:00:00.048Z');
  const again = await timed.node.queryUsers({ payload: { filter_conditions: {} } });
  assert.equal(again.users[0].created_at.toISOString(), users.john.created_at);
});

test('an upsert replaces custom data', async () => {
  await upsert({ id: 'replaced', color: 'red', size: 3 });
  const user = await upsert({ id: 'replaced', color: 'blue' });
  assert.equal(user.color, 'blue');
  assert.equal('size' in user, false);
});

test('many users are upserted at once', async () => {
  const { users } = await app.chat.upsertUsers([{ id: 'many1' }, { id: 'many2' }, { id: 'many3' }]);
  assert.deepEqual(Object.keys(users).sort(), ['many1', 'many2', 'many3']);
});

test('the deprecated names updateUser and updateUsers do the same', async () => {
  assert.equal((await app.chat.updateUser({ id: 'older', name: 'Older' })).users.older.name, 'Older');
  assert.equal((await app.chat.updateUsers([{ id: 'older', name: 'Oldest' }])).users.older.name, 'Oldest');
});

test('a partial update sets and unsets, also along dotted paths', async () => {
  await upsert({ id: 'partial', color: 'red', field: { kept: 1, dropped: 2 } });
  const { users } = await app.chat.partialUpdateUser({
    id: 'partial',
    set: { name: 'Partial', 'field.made': 3 },
    unset: ['color', 'field.dropped'],
  });
  assert.equal(users.partial.name, 'Partial');
  assert.deepEqual(users.partial.field, { kept: 1, made: 3 });
  assert.equal('color' in users.partial, false);
});

test('many users are changed at once', async () => {
  await app.chat.upsertUsers([{ id: 'all1' }, { id: 'all2' }]);
  const { users } = await app.chat.partialUpdateUsers([
    { id: 'all1', set: { n: 1 } },
    { id: 'all2', set: { n: 2 } },
  ]);
  assert.deepEqual([users.all1.n, users.all2.n], [1, 2]);
});

test('filters name custom keys as they are', async () => {
  await app.chat.upsertUsers([{ id: 'c1', hue: 'red' }, { id: 'c2', hue: 'blue' }]);
  const { users } = await app.chat.queryUsers({ hue: 'blue' });
  assert.deepEqual(users.map(({ id }) => id), ['c2']);
});

test('sort and paging are understood', async () => {
  await app.chat.upsertUsers(['p1', 'p2', 'p3'].map((id) => ({ id, page: true })));
  const { users } = await app.chat.queryUsers({ page: true }, [{ id: -1 }], { limit: 2, offset: 1 });
  assert.deepEqual(users.map(({ id }) => id), ['p2', 'p1']);
});

test('a user signs in on the legacy paths and changes itself there', async () => {
  const { status, body } = await app.call('POST', '/users', {
    token: app.chat.createToken('walker'),
    query: { user_id: 'walker' },
    body: { users: { walker: { id: 'walker', name: 'Walker', shoes: 'brown' } } },
  });
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(body.users.walker.shoes, 'brown');
});

test('refusals have the same code and words as in the new dialect', async () => {
  await refused(app.chat.partialUpdateUser({ id: 'ghost', set: { a: 1 } }), {
    status: 404,
    code: 16,
    operation: 'UpdateUsersPartial',
    reason: /ghost/,
  });
  await refused(app.chat.upsertUser({ id: 'agent', role: 'special_agent' }), {
    status: 400,
    code: 4,
    operation: 'UpdateUsers',
    reason: 'role "special_agent" provided but not defined',
  });
});

test('a custom event for a user is accepted, by either SDK', async () => {
  await upsert({ id: 'listener' });
  const answer = await app.chat.sendUserCustomEvent('listener', { type: 'friendship-request', from: 'john' });
  assert.match(answer.duration, /ms$/);
  const other = await app.node.chat.sendUserCustomEvent({
    user_id: 'listener',
    event: { type: 'friendship-request', custom: { from: 'john' } },
  });
  assert.equal(other.metadata.responseCode, 201);
});

test('a custom event needs a user who exists and a type', async () => {
  await refused(app.chat.sendUserCustomEvent('ghost', { type: 'friendship-request' }), {
    status: 404,
    code: 16,
    operation: 'SendUserCustomEvent',
    reason: /ghost/,
  });
  await refused(app.chat.sendUserCustomEvent('listener', {}), {
    status: 400,
    code: 4,
    operation: 'SendUserCustomEvent',
    reason: /type is a required field$/,
  });
});

test('the warm-up of stream-chat gets an answer', async () => {
  const { status } = await app.call('GET', '/hi', { token: app.chat.createToken('walker') });
  assert.equal(status, 200);
});
