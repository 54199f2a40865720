// What bodies say that an SDK sends: fields that only Stream writes, values of wrong types, and `null` for nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApp, refused } from './helpers.mjs';
import { Chat, client, Feeds } from './sockets.mjs';

const app = await newApp('bodies');
await app.node.upsertUsers([{ id: 'john' }]);

const input = (operation, reason) => ({ status: 400, code: 4, operation, reason });
const reserved = (operation, path) => input(operation, `${path} is a reserved field`);

test('an upsert says nothing that only Stream writes', async () => {
  const john = { id: 'john', online: true };
  await refused(app.node.upsertUsers([john]), reserved('UpdateUsers', 'users[john].online'));
  await assert.rejects(app.chat.upsertUsers([john]), /users\[john\]\.online is a reserved field/);
});

test('an upsert may send back when the user was made and changed', async () => {
  const user = (await app.chat.upsertUser({ id: 'mary', mood: 'fine' })).users.mary;
  const { created_at, updated_at } = user;
  const { users } = await app.chat.upsertUser({ id: 'mary', mood: 'better', created_at, updated_at });
  assert.equal(users.mary.mood, 'better');
  assert.equal(users.mary.created_at, created_at);
});

test('a partial update touches nothing that only Stream writes', async () => {
  for (const change of [{ set: { created_at: '2000-01-01T00:00:00Z' } }, { set: { banned: true } }, { unset: ['online'] }]) {
    const [field] = change.unset ?? Object.keys(change.set);
    const path = `users[john].${field}`;
    const users = [{ id: 'john', ...change }];
    await refused(app.node.updateUsersPartial({ users }), reserved('UpdateUsersPartial', path));
    await assert.rejects(app.chat.partialUpdateUsers(users), (error) => error.message.includes(`${path} is a reserved field`));
    const { body } = await app.call('PATCH', '/api/v2/users', { token: app.serverToken, body: { users } });
    assert.deepEqual(body.exception_fields, { [path]: `${path} is a reserved field` });
  }
});

test('row 20: a connect may not say when its user was made', async (t) => {
  const user = { id: 'john', created_at: '2000-01-01T00:00:00Z' };
  await assert.rejects(client(t, Chat, app).connect(user, app.userToken('john')), /user_details\.created_at is a reserved field/);
  // stream-chat and guests send these back.
  const tolerated = { id: 'john', role: 'user', banned: false, teams: [], language: 'en' };
  assert.equal((await client(t, Chat, app).connect(tolerated, app.userToken('john'))).id, 'john');
});

test('a value of a wrong type is told in Stream’s words', async () => {
  const wrong = (expected, field, found) => `expected ${expected} for field "${field}" but got ${found}`;
  await refused(app.node.createDevice({ id: 'd', push_provider: ['apn'], user_id: 'john' }), input('CreateDevice', wrong('string', 'push_provider', 'array')));
  await refused(app.node.upsertUsers([{ id: 'john', name: 5 }]), input('UpdateUsers', wrong('string', 'name', 'number')));
  await assert.rejects(app.chat.upsertUsers([{ id: 'john', teams: 'red' }]), (error) => error.message.includes(wrong('array', 'teams', 'string')));
  await refused(app.as('john').queryUsers({ payload: { filter_conditions: [] } }), input('QueryUsers', wrong('object', 'filter_conditions', 'array')));
});

test('a body that says null says nothing', async () => {
  const post = (path, body = 'null') => app.call('POST', path, { token: app.serverToken, body });
  for (const prefix of ['/api/v2', '']) {
    assert.equal((await post(`${prefix}/users/john/deactivate`)).status, 201);
    assert.equal((await post(`${prefix}/users/john/reactivate`)).status, 201);
    await refused(post(`${prefix}/users/delete`), input('DeleteUsers', 'user_ids is a required field'));
  }
});

test('row 23: who changes another user is told so without an id', async () => {
  await refused(app.as('john').updateUsers({ users: { mary: { id: 'mary' } } }), {
    status: 403,
    code: 17,
    operation: 'UpdateUsers',
    reason: "User with role 'user' is not allowed to perform action UpdateUser",
  });
});

test('row 33: where there are no guests, it says so', async () => {
  const closed = await newApp('no guests here');
  await closed.node.updateApp({ guest_user_creation_disabled: true });
  await refused(closed.feeds().createGuest({ user: { id: 'visitor' } }), {
    status: 403,
    code: 17,
    operation: 'CreateGuest',
    reason: 'guest access is disabled for this application',
  });
});

test('feeds-client connects with what it has always sent', async (t) => {
  const me = await client(t, Feeds, app).connect({ id: 'jane', name: 'Jane', custom: { online: 'sometimes' } }, app.userToken('jane'));
  assert.equal(me.custom.online, 'sometimes');
});
