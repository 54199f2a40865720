// QueryUsers: the grammar of filters, sorting and paging, and what it refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, newApp, refused } from './helpers.mjs';

const app = await newApp('query users');

// One user each minute, so that every order by time is a known one.
await app.freeze('2030-01-01T00:00:00Z');
const people = [
  { id: 'ann', name: 'Ann Lee', role: 'admin', teams: ['red'], language: 'en', custom: { color: 'red', rank: 9, tags: ['a', 'b'], email: 'ann@example.com', username: 'annie' } },
  { id: 'bob', name: 'Bob Stone', teams: ['red', 'blue'], language: 'nl', custom: { color: 'blue', rank: 10, tags: ['b'], active: true } },
  { id: 'cat', name: 'Catherine Annis', role: 'moderator', custom: { color: 'red', rank: 100, active: false } },
  { id: 'dan', teams: ['blue'], custom: { rank: 2 } },
  { id: 'eve@home', name: 'Eve', custom: { color: 'green' } },
];
for (const person of people) {
  await app.node.upsertUsers([person]);
  await app.advance('1m');
}
await app.node.moderation.ban({ target_user_id: 'dan', banned_by_id: 'ann' });

const query = (payload) => app.node.queryUsers({ payload: { filter_conditions: {}, ...payload } });
const ids = ({ users }) => users.map(({ id }) => id);
const badInput = (reason) => ({ status: 400, code: 4, operation: 'QueryUsers', reason });

const matches = (title, filter, expected) =>
  test(title, async () => {
    assert.deepEqual(ids(await query({ filter_conditions: filter })).sort(), expected);
  });

const refuses = (title, filter, reason = /./) =>
  test(title, () => refused(query({ filter_conditions: filter }), badInput(reason)));

matches('an empty filter finds everybody', {}, ['ann', 'bob', 'cat', 'dan', 'eve@home']);
matches('a bare value means $eq', { id: 'ann' }, ['ann']);
matches('conditions of one filter must all hold', { role: 'user', 'custom.color': 'blue' }, ['bob']);
matches('a filter that nobody meets finds nobody', { id: 'ghost' }, []);

matches('id: $eq', { id: { $eq: 'eve@home' } }, ['eve@home']);
matches('id: $ne', { id: { $ne: 'ann' } }, ['bob', 'cat', 'dan', 'eve@home']);
matches('id: $in', { id: { $in: ['ann', 'dan', 'ghost'] } }, ['ann', 'dan']);
matches('id: $nin', { id: { $nin: ['ann', 'dan'] } }, ['bob', 'cat', 'eve@home']);
matches('id: $gt and $lte together', { id: { $gt: 'ann', $lte: 'dan' } }, ['bob', 'cat', 'dan']);
matches('id: $gte and $lt together', { id: { $gte: 'ann', $lt: 'cat' } }, ['ann', 'bob']);
matches('id: $exists', { id: { $exists: true } }, ['ann', 'bob', 'cat', 'dan', 'eve@home']);
matches('id: $autocomplete', { id: { $autocomplete: 'ev' } }, ['eve@home']);

matches('name: $eq', { name: 'Bob Stone' }, ['bob']);
matches('name: $in', { name: { $in: ['Eve', 'Ann Lee'] } }, ['ann', 'eve@home']);
matches('name: $exists true', { name: { $exists: true } }, ['ann', 'bob', 'cat', 'eve@home']);
matches('name: $exists false', { name: { $exists: false } }, ['dan']);
matches('name: $gt', { name: { $gt: 'Bob Stone' } }, ['cat', 'eve@home']);
matches('name: $autocomplete finds the beginnings of words in any case', { name: { $autocomplete: 'ann' } }, ['ann', 'cat']);
matches('name: $autocomplete with more than one word', { name: { $autocomplete: 'ann le' } }, ['ann']);

matches('role: $eq', { role: 'user' }, ['bob', 'dan', 'eve@home']);
matches('role: $in', { role: { $in: ['admin', 'moderator'] } }, ['ann', 'cat']);

matches('banned: $eq', { banned: true }, ['dan']);
matches('banned: $ne', { banned: { $ne: true } }, ['ann', 'bob', 'cat', 'eve@home']);
matches('shadow_banned: $eq', { shadow_banned: false }, ['ann', 'bob', 'cat', 'dan', 'eve@home']);
matches('language: $eq', { language: 'nl' }, ['bob']);

matches('teams: a bare value finds its members', { teams: 'red' }, ['ann', 'bob']);
matches('teams: $contains', { teams: { $contains: 'blue' } }, ['bob', 'dan']);
matches('teams: $in', { teams: { $in: ['blue', 'green'] } }, ['bob', 'dan']);
matches('teams: null finds those without a team', { teams: null }, ['cat', 'eve@home']);
refuses('teams: an empty name is refused', { teams: '' });

matches('created_at: $gt', { created_at: { $gt: '2030-01-01T00:02:00Z' } }, ['dan', 'eve@home']);
matches('created_at: $gte and $lt', { created_at: { $gte: '2030-01-01T00:01:00Z', $lt: '2030-01-01T00:03:00Z' } }, ['bob', 'cat']);
matches('created_at: $eq, in another offset', { created_at: '2030-01-01T02:00:00+02:00' }, ['ann']);
matches('created_at: a Date of JavaScript', { created_at: { $lte: new Date('2030-01-01T00:00:00Z') } }, ['ann']);
matches('last_active: $exists', { last_active: { $exists: true } }, []);
refuses('created_at: a date that is none is refused', { created_at: { $gt: 'yesterday' } });

matches('custom: $eq', { 'custom.color': 'red' }, ['ann', 'cat']);
matches('custom: $in', { 'custom.color': { $in: ['blue', 'green'] } }, ['bob', 'eve@home']);
matches('custom: $exists true', { 'custom.color': { $exists: true } }, ['ann', 'bob', 'cat', 'eve@home']);
matches('custom: $exists false', { 'custom.color': { $exists: false } }, ['dan']);
matches('custom: numbers are compared as numbers', { 'custom.rank': { $gt: 9 } }, ['bob', 'cat']);
matches('custom: $gte and $lte', { 'custom.rank': { $gte: 2, $lte: 9 } }, ['ann', 'dan']);
matches('custom: $lt', { 'custom.rank': { $lt: 9 } }, ['dan']);
matches('custom: booleans', { 'custom.active': true }, ['bob']);
matches('custom: $contains', { 'custom.tags': { $contains: 'b' } }, ['ann', 'bob']);
matches('custom: a value with a quote finds nobody and harms nothing', { 'custom.color': "red' OR '1'='1" }, []);
matches('email and username are looked up in custom data', { email: 'ann@example.com', username: 'annie' }, ['ann']);
matches('email: $in', { email: { $in: ['ann@example.com'] } }, ['ann']);
matches('username: $autocomplete, on the name where a user has no username', { username: { $autocomplete: 'ann' } }, ['ann', 'cat']);

matches('$and', { $and: [{ role: 'user' }, { teams: 'blue' }] }, ['bob', 'dan']);
matches('$or', { $or: [{ id: 'ann' }, { 'custom.color': 'green' }] }, ['ann', 'eve@home']);
matches(
  '$and and $or nest, beside plain conditions',
  { role: 'user', $or: [{ teams: 'red' }, { $and: [{ 'custom.color': 'green' }, { id: { $ne: 'ann' } }] }] },
  ['bob', 'eve@home'],
);

for (const [field, operator, value] of [
  ['language', '$gt', 'en'],
  ['banned', '$in', [true]],
  ['name', '$ne', 'Eve'],
  ['name', '$nin', ['Eve']],
  ['role', '$autocomplete', 'us'],
  ['teams', '$gt', 'red'],
  ['email', '$gt', 'a'],
  ['username', '$in', ['annie']],
  ['created_at', '$contains', '2030'],
  ['custom.color', '$ne', 'red'],
  ['custom.color', '$autocomplete', 're'],
]) {
  refuses(`${field} does not take ${operator}`, { [field]: { [operator]: value } }, new RegExp(`\\${operator}`));
}
refuses('an operator that does not exist is refused', { id: { $like: 'a%' } }, /\$like/);
refuses('a connective that does not exist is refused', { $nor: [{ id: 'ann' }] }, /\$nor/);
refuses('a value of the wrong type is refused', { banned: 'yes' });
refuses('$in needs a list', { id: { $in: 'ann' } });
for (const text of ['', '   ', '!!!']) {
  refuses(
    `$autocomplete of ${JSON.stringify(text)} is refused`,
    { name: { $autocomplete: text } },
    '$autocomplete field is empty or contains invalid characters. Please provide a valid string to autocomplete',
  );
}

test('the newest users come first unless asked otherwise', async () => {
  assert.deepEqual(ids(await query({})), ['eve@home', 'dan', 'cat', 'bob', 'ann']);
});

test('sort by one field, in either direction', async () => {
  assert.deepEqual(ids(await query({ sort: [{ field: 'created_at', direction: 1 }] })), ['ann', 'bob', 'cat', 'dan', 'eve@home']);
  assert.deepEqual(ids(await query({ sort: [{ field: 'id', direction: -1 }] })), ['eve@home', 'dan', 'cat', 'bob', 'ann']);
  assert.deepEqual(ids(await query({ sort: [{ field: 'id' }] })), ['ann', 'bob', 'cat', 'dan', 'eve@home']);
});

test('sort by several fields', async () => {
  const sort = [
    { field: 'role', direction: 1 },
    { field: 'id', direction: -1 },
  ];
  assert.deepEqual(ids(await query({ sort })), ['ann', 'cat', 'eve@home', 'dan', 'bob']);
});

test('sort by a number in custom data', async () => {
  const sort = [{ field: 'custom.rank', direction: 1, type: 'number' }];
  const found = await query({ filter_conditions: { 'custom.rank': { $exists: true } }, sort });
  assert.deepEqual(ids(found), ['dan', 'ann', 'bob', 'cat']);
});

test('at most five fields may be sorted by', async () => {
  const fields = ['id', 'name', 'role', 'created_at', 'updated_at'].map((field) => ({ field, direction: 1 }));
  assert.equal(ids(await query({ sort: fields }))[0], 'ann');
  await refused(query({ sort: [...fields, { field: 'last_active', direction: 1 }] }), badInput(/sort/));
});

test('a direction is 1 or -1', async () => {
  await refused(query({ sort: [{ field: 'id', direction: 2 }] }), badInput(/direction/));
});

test('limit and offset page through', async () => {
  const sort = [{ field: 'id', direction: 1 }];
  assert.deepEqual(ids(await query({ sort, limit: 2 })), ['ann', 'bob']);
  assert.deepEqual(ids(await query({ sort, limit: 2, offset: 2 })), ['cat', 'dan']);
  assert.deepEqual(ids(await query({ sort, limit: 2, offset: 4 })), ['eve@home']);
  assert.deepEqual(ids(await query({ sort, offset: 1000 })), []);
});

test('limit and offset have their bounds', async () => {
  await refused(query({ limit: 101 }), badInput('limit must be 100 or less'));
  await refused(query({ offset: 1001 }), badInput('offset must be 1,000 or less'));
  await refused(query({ limit: -1 }), badInput(/limit/));
  await refused(query({ offset: -1 }), badInput(/offset/));
});

test('thirty users come when no limit is given, and up to a hundred when asked', async () => {
  const many = await newApp('many users');
  await many.node.upsertUsers(Array.from({ length: 100 }, (_, n) => ({ id: `user-${n}` })));
  const payload = { filter_conditions: {} };
  assert.equal((await many.node.queryUsers({ payload })).users.length, 30);
  assert.equal((await many.node.queryUsers({ payload: { ...payload, limit: 100 } })).users.length, 100);
});

test('trap 16: a missing payload is invalid json data, in each SDK', async () => {
  await refused(app.node.queryUsers(), badInput('invalid json data'));
  const everyone = app.feeds();
  await everyone.connectAnonymous();
  await refused(everyone.queryUsers(), badInput('invalid json data'));
});

test('a payload that is no JSON is invalid json data', async () => {
  for (const payload of ['{', 'null', '[]', '"all"']) {
    await refused(
      app.call('GET', '/api/v2/users', { token: app.serverToken, query: { payload } }),
      badInput(/./),
    );
  }
  await refused(
    app.call('GET', '/api/v2/users', { token: app.serverToken, query: { payload: '{' } }),
    badInput('invalid json data'),
  );
});

test('trap 24: a payload of several kilobytes fits in the query', async () => {
  const strangers = Array.from({ length: 100 }, (_, n) => `${'stranger-'.repeat(6)}${n}`);
  assert.deepEqual(ids(await query({ filter_conditions: { id: { $in: [...strangers, 'ann'] } } })), ['ann']);
});

test('trap 27: deactivated users are hidden unless asked for', async () => {
  await app.node.upsertUsers([{ id: 'resting', custom: { lifecycle: true } }]);
  await app.node.deactivateUser({ user_id: 'resting' });
  const filter_conditions = { 'custom.lifecycle': true };
  assert.deepEqual(ids(await query({ filter_conditions })), []);
  const { users } = await query({ filter_conditions, include_deactivated_users: true });
  assert.deepEqual(users.map(({ id }) => id), ['resting']);
  assertDate(users[0].deactivated_at);
  await app.node.deleteUsers({ user_ids: ['resting'] });
  assert.deepEqual(ids(await query({ filter_conditions, include_deactivated_users: true })), []);
});

test('stream-chat, which always sends presence, is answered', async () => {
  const { users } = await app.chat.queryUsers({ id: { $in: ['ann', 'bob'] } }, [{ id: 1 }]);
  assert.deepEqual(users.map(({ id }) => id), ['ann', 'bob']);
});

test('a server without a connection may not ask for presence (row 29)', async () => {
  await refused(query({ presence: true }), badInput(/./));
});

test('a user may query, and sees what a server sees', async () => {
  const token = app.sign({ user_id: 'ann' });
  const { users } = await app.feeds(token).queryUsers({ payload: { filter_conditions: { id: { $in: ['ann', 'bob'] } } } });
  assert.deepEqual(users.map(({ id, custom }) => [id, custom.color]), [['bob', 'blue'], ['ann', 'red']]);
  assertDate(users[0].created_at);
});

test('roles that may not search are kept out', async () => {
  const closed = await newApp('disallowed roles');
  await closed.node.upsertUsers([{ id: 'john' }, { id: 'jane', role: 'admin' }]);
  await closed.node.updateApp({ user_search_disallowed_roles: ['user'] });
  const find = (id) => closed.as(id).queryUsers({ payload: { filter_conditions: {} } });
  await refused(find('john'), { status: 403, code: 17, operation: 'QueryUsers', reason: /role 'user'/ });
  assert.equal((await find('jane')).users.length, 2);
});
