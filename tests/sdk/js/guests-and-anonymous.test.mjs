// Callers who need no token: guests, who get one, and anonymous users, who stay without.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, assertRfc3339, assertSignsIn, claimsOf, newApp, NO_SEGMENTS, refused, tampered } from './helpers.mjs';

const app = await newApp('guests and anonymous');
await app.node.upsertUsers([{ id: 'john', name: 'John' }]);

const everybody = { payload: { filter_conditions: {} } };
const serverOnly = (operation) => ({ status: 403, code: 17, operation, reason: /./ });
const GUEST_ID = /^guest-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-visitor$/;

async function anonymous(of = app) {
  const client = of.feeds();
  await client.connectAnonymous();
  return client;
}

test('trap 20: a guest made without a token gets an id of its own, the role guest and a token', async () => {
  const { user, access_token, metadata } = await app.feeds().createGuest({
    user: { id: 'visitor', name: 'Visitor', image: 'https://example.com/v.png', custom: { color: 'red' } },
  });
  assert.equal(metadata.response_code, 201);
  assert.match(user.id, GUEST_ID);
  assert.equal(user.role, 'guest');
  assert.equal(user.name, 'Visitor');
  assert.equal(user.image, 'https://example.com/v.png');
  assert.deepEqual(user.custom, { color: 'red' });
  assert.deepEqual(user.teams, []);
  assertDate(user.created_at);
  assertDate(user.updated_at);
  assert.deepEqual(claimsOf(access_token), { user_id: user.id });
});

test('a guest token signs the guest in', async () => {
  const { user, access_token } = await app.feeds().createGuest({ user: { id: 'visitor' } });
  await assertSignsIn(app, access_token, user.id);
});

test('two guests who ask for one id are two users', async () => {
  const first = await app.feeds().createGuest({ user: { id: 'visitor' } });
  const second = await app.feeds().createGuest({ user: { id: 'visitor' } });
  assert.notEqual(first.user.id, second.user.id);
});

test('a server makes guests with its own token', async () => {
  const { user, access_token, metadata } = await app.node.createGuest({ user: { id: 'visitor', name: 'Visitor' } });
  assert.equal(metadata.responseCode, 201);
  assert.match(user.id, GUEST_ID);
  assert.equal(user.role, 'guest');
  await assertSignsIn(app, access_token, user.id);
});

test('a guest of legacy chat has flattened custom data and RFC 3339 times', async () => {
  const { status, body } = await app.callAsAnonymous('POST', '/guest', {
    body: { user: { id: 'visitor', name: 'Visitor', color: 'red' } },
  });
  assert.equal(status, 201);
  assert.match(body.user.id, GUEST_ID);
  assert.equal(body.user.color, 'red');
  assert.equal('custom' in body.user, false);
  assertRfc3339(body.user.created_at);
  await assertSignsIn(app, body.access_token, body.user.id);
});

test('guests are made under /video too', async () => {
  const { status, body } = await app.callAsAnonymous('POST', '/video/guest', { body: { user: { id: 'visitor' } } });
  assert.equal(status, 201);
  assert.match(body.user.id, GUEST_ID);
  assertRfc3339(body.user.created_at);
});

test('a guest may read users', async () => {
  const { access_token } = await app.feeds().createGuest({ user: { id: 'visitor' } });
  const { users } = await app.feeds(access_token).queryUsers(everybody);
  assert.ok(users.some(({ id }) => id === 'john'));
});

test('a guest may change itself but nobody else (row 23)', async () => {
  const { user, access_token } = await app.feeds().createGuest({ user: { id: 'visitor' } });
  const guest = app.feeds(access_token);
  const { users } = await guest.updateUsersPartial({ users: [{ id: user.id, set: { name: 'Renamed' } }] });
  assert.equal(users[user.id].name, 'Renamed');
  await refused(guest.updateUsersPartial({ users: [{ id: 'john', set: { name: 'Renamed' } }] }), {
    status: 403,
    code: 17,
    operation: 'UpdateUsersPartial',
    reason: `User with role 'guest' is not allowed to perform action UpdateUser`,
  });
});

test('a guest may not reach operations for servers (row 25)', async () => {
  const { access_token } = await app.feeds().createGuest({ user: { id: 'visitor' } });
  await refused(app.serverWith(access_token).listRoles(), serverOnly('ListRoles'));
});

test('a guest needs an id to ask for', async () => {
  await refused(app.feeds().createGuest({ user: { name: 'Nameless' } }), {
    status: 400,
    code: 4,
    operation: 'CreateGuest',
    reason: /id is a required field$/,
  });
  await refused(app.callAsAnonymous('POST', '/api/v2/guest', { body: {} }), {
    status: 400,
    code: 4,
    operation: 'CreateGuest',
    reason: /is a required field$/,
  });
});

test('making a guest needs an auth type, and with jwt a good token', async () => {
  const guest = (options) => app.call('POST', '/api/v2/guest', { body: { user: { id: 'visitor' } }, ...options });
  const notAuthenticated = (call, code, reason) =>
    refused(call, { status: 401, code, operation: 'CreateGuest', reason });
  await notAuthenticated(guest({ key: null }), 2, 'api_key or app_id not provided');
  await notAuthenticated(guest({ authType: null }), 5, 'stream-auth-type missing or invalid');
  await notAuthenticated(guest(), 5, NO_SEGMENTS);
  await notAuthenticated(guest({ token: tampered(app.serverToken) }), 5, 'Token signature is invalid');
});

test('guests can be switched off and on again (row 33)', async () => {
  const closed = await newApp('no guests');
  await closed.node.updateApp({ guest_user_creation_disabled: true });
  const refusal = { status: 403, code: 17, operation: 'CreateGuest', reason: /guest/i };
  await refused(closed.feeds().createGuest({ user: { id: 'visitor' } }), refusal);
  await refused(closed.node.createGuest({ user: { id: 'visitor' } }), refusal);
  await closed.node.updateApp({ guest_user_creation_disabled: false });
  assert.equal((await closed.feeds().createGuest({ user: { id: 'visitor' } })).user.role, 'guest');
});

test('there are no guests in a multi-tenant app', async () => {
  const tenants = await newApp('tenants without guests');
  await tenants.node.updateApp({ multi_tenant_enabled: true });
  await refused(tenants.feeds().createGuest({ user: { id: 'visitor' } }), {
    status: 403,
    code: 17,
    operation: 'CreateGuest',
    reason: /guest/i,
  });
});

test('trap 11: an anonymous caller with an empty Authorization reads users', async () => {
  const { users } = await (await anonymous()).queryUsers(everybody);
  assert.ok(users.some(({ id }) => id === 'john'));
});

test('an anonymous caller without any Authorization reads users, in both dialects', async () => {
  for (const path of ['/api/v2/users', '/users']) {
    const { status, body } = await app.callAsAnonymous('GET', path, { query: { payload: { filter_conditions: {} } } });
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.users.some(({ id }) => id === 'john'));
  }
});

test('an anonymous caller gets the short form of the app', async () => {
  const { app: short } = await (await anonymous()).getApp();
  assert.equal('disable_auth_checks' in short, false);
  assert.equal(short.name, 'guests and anonymous');
});

test('an anonymous caller may write nothing (row 24)', async () => {
  const client = await anonymous();
  const refusal = (operation, action) => ({
    status: 403,
    code: 17,
    operation,
    reason: new RegExp(`^User '!anon[^']*' with role 'anonymous' is not allowed to perform action ${action}$`),
  });
  const set = { name: 'Defaced' };
  await refused(client.updateUsers({ users: { john: { id: 'john', ...set } } }), refusal('UpdateUsers', 'UpdateUser'));
  await refused(
    client.updateUsersPartial({ users: [{ id: 'john', set }] }),
    refusal('UpdateUsersPartial', 'UpdateUser'),
  );
  await refused(client.createDevice({ id: 'phone', push_provider: 'apn' }), refusal('CreateDevice', '\\w+'));
  await refused(client.blockUsers({ blocked_user_id: 'john' }), refusal('BlockUsers', '\\w+'));
  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'john' } } });
  assert.equal(users[0].name, 'John');
});

test('the user_id that an anonymous caller names is not believed', async () => {
  await refused(
    app.callAsAnonymous('PATCH', '/api/v2/users', {
      query: { user_id: 'john' },
      body: { users: [{ id: 'john', set: { name: 'Defaced' } }] },
    }),
    { status: 403, code: 17, operation: 'UpdateUsersPartial', reason: /role 'anonymous'/ },
  );
});

test('an anonymous caller may not reach operations for servers (row 25)', async () => {
  for (const [method, path, operation] of [
    ['PATCH', '/api/v2/app', 'UpdateApp'],
    ['GET', '/api/v2/roles', 'ListRoles'],
    ['POST', '/api/v2/users/delete', 'DeleteUsers'],
  ]) {
    const body = method === 'GET' ? undefined : {};
    await refused(app.callAsAnonymous(method, path, { body }), serverOnly(operation));
  }
});

test('anonymous callers leave no user behind', async () => {
  const quiet = await newApp('quiet');
  await (await anonymous(quiet)).queryUsers(everybody);
  assert.deepEqual((await quiet.node.queryUsers(everybody)).users, []);
});

test('what anonymous callers may do is a matter of grants', async () => {
  const closed = await newApp('closed to anonymous');
  const client = await anonymous(closed);
  await closed.node.updateApp({ grants: { anonymous: [] } });
  await refused(client.queryUsers(everybody), {
    status: 403,
    code: 17,
    operation: 'QueryUsers',
    reason: /^User '!anon[^']*' with role 'anonymous' is not allowed to perform action SearchUser$/,
  });
  await closed.node.updateApp({ grants: null });
  assert.deepEqual((await client.queryUsers(everybody)).users, []);
});
