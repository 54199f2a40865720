// Who may call what: the operations that only servers have, and those that users have for themselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApp, refused } from './helpers.mjs';

const app = await newApp('callers');
await app.node.upsertUsers([{ id: 'john' }, { id: 'jane' }, { id: 'boss', role: 'admin' }]);

const FOR_SERVERS = [
  ['PATCH', '/app', 'UpdateApp'],
  ['POST', '/users/john/deactivate', 'DeactivateUser'],
  ['POST', '/users/john/reactivate', 'ReactivateUser'],
  ['POST', '/users/deactivate', 'DeactivateUsers'],
  ['POST', '/users/reactivate', 'ReactivateUsers'],
  ['POST', '/users/delete', 'DeleteUsers'],
  ['POST', '/users/restore', 'RestoreUsers'],
  ['GET', '/users/john/export', 'ExportUser'],
  ['POST', '/export/users', 'ExportUsers'],
  ['GET', '/tasks/1', 'GetTask'],
  ['GET', '/roles', 'ListRoles'],
  ['POST', '/roles', 'CreateRole'],
  ['DELETE', '/roles/singer', 'DeleteRole'],
  ['GET', '/permissions', 'ListPermissions'],
  ['POST', '/permissions', 'CreatePermission'],
  ['GET', '/permissions/x', 'GetPermission'],
  ['PUT', '/permissions/x', 'UpdatePermission'],
  ['DELETE', '/permissions/x', 'DeletePermission'],
  ['GET', '/rate_limits', 'GetRateLimits'],
];

for (const [method, path, operation] of [...FOR_SERVERS, ['DELETE', '/users/john', 'DeleteUser']]) {
  test(`${operation} is for servers: not for a user, an admin, a guest or the anonymous (row 25)`, async () => {
    const refusal = { status: 403, code: 17, operation, reason: /./ };
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const { access_token } = await app.feeds().createGuest({ user: { id: 'visitor' } });
    const mounts = operation === 'DeleteUser' ? [path] : [`/api/v2${path}`, path];
    for (const mount of mounts) {
      for (const token of [app.userToken('john'), app.userToken('boss'), access_token]) {
        await refused(app.call(method, mount, { token, body }), refusal);
      }
      await refused(app.callAsAnonymous(method, mount, { body }), refusal);
    }
  });
}

test('nothing of what was refused was done', async () => {
  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'john' } } });
  assert.equal(users[0].deactivated_at, undefined);
});

test('with a user token the node SDK is that user', async () => {
  const user = app.serverWith(app.userToken('john'));
  const { users } = await user.updateUsersPartial({ users: [{ id: 'john', set: { name: 'John' } }] });
  assert.equal(users.john.name, 'John');
  await refused(user.updateUsersPartial({ users: [{ id: 'jane', set: { name: 'Jane' } }] }), {
    status: 403,
    code: 17,
    operation: 'UpdateUsersPartial',
    reason: "User with role 'user' is not allowed to perform action UpdateUser",
  });
});

test('a user may repeat its own id as user_id, in the query', async () => {
  const { status, body } = await app.call('GET', '/users/block', {
    token: app.userToken('john'),
    query: { user_id: 'john' },
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.blocks, []);
});

test('a server reads and writes as whom it names', async () => {
  await app.node.createDevice({ id: 'phone', push_provider: 'apn', user_id: 'jane' });
  assert.deepEqual((await app.as('jane').listDevices()).devices.map(({ id }) => id), ['phone']);
  assert.deepEqual((await app.as('john').listDevices()).devices, []);
});

test('two apps with users of one id know nothing of each other', async () => {
  const other = await newApp('callers of another app');
  await other.node.upsertUsers([{ id: 'john', name: 'Another John' }]);
  await other.node.deactivateUser({ user_id: 'john' });
  assert.ok((await app.as('john').getApp()).app);
  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'john' } } });
  assert.notEqual(users[0].name, 'Another John');
});
