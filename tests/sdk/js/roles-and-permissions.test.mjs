// Roles and permissions: listing, making and removing them, and what grants of them let a user do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnCapability } from '@stream-io/node-sdk';
import { assertDate, assertRfc3339, newApp, refused } from './helpers.mjs';

const app = await newApp('roles and permissions');

const badInput = (operation, reason) => ({ status: 400, code: 4, operation, reason });
const notFound = (operation, reason) => ({ status: 404, code: 16, operation, reason });
const roleNames = async (of = app) => (await of.node.listRoles()).roles.map(({ name }) => name);

test('the roles of every app are there, and built in', async () => {
  const { roles, metadata } = await app.node.listRoles();
  assert.equal(metadata.responseCode, 200);
  for (const name of ['user', 'guest', 'anonymous', 'admin', 'moderator', 'channel_member', 'channel_moderator', 'global_admin', 'global_moderator']) {
    const role = roles.find((each) => each.name === name);
    assert.ok(role, name);
    assert.equal(role.custom, false, name);
    assert.ok(Array.isArray(role.scopes), name);
    assertDate(role.created_at, name);
    assertDate(role.updated_at, name);
  }
  assert.ok(roles.find(({ name }) => name === 'user').scopes.includes('.app'));
});

test('a role is made, given to a user, and removed once nobody has it', async () => {
  const { role, metadata } = await app.node.createRole({ name: 'rockstar' });
  assert.equal(metadata.responseCode, 201);
  assert.equal(role.name, 'rockstar');
  assert.equal(role.custom, true);
  assert.deepEqual(role.scopes, []);
  assertDate(role.created_at);

  const { users } = await app.node.upsertUsers([{ id: 'freddie', role: 'rockstar' }]);
  assert.equal(users.freddie.role, 'rockstar');
  await refused(
    app.node.deleteRole({ name: 'rockstar' }),
    badInput('DeleteRole', 'role "rockstar" cannot be deleted, at least one user is using this role (ie. "freddie")'),
  );
  await app.node.updateUsersPartial({ users: [{ id: 'freddie', set: { role: 'user' } }] });
  assert.equal((await app.node.deleteRole({ name: 'rockstar' })).metadata.responseCode, 200);
  assert.equal((await roleNames()).includes('rockstar'), false);
});

test('stream-chat lists, makes and removes roles', async () => {
  const { role } = await app.chat.createRole('drummer');
  assert.equal(role.name, 'drummer');
  assert.equal(role.custom, true);
  assertRfc3339(role.created_at);
  const { roles } = await app.chat.listRoles();
  assert.ok(roles.some(({ name }) => name === 'drummer'));
  await app.chat.deleteRole('drummer');
  assert.equal((await roleNames()).includes('drummer'), false);
});

test('a role is made only once, and only one that is made can be removed', async () => {
  await app.node.createRole({ name: 'twice' });
  await refused(app.node.createRole({ name: 'twice' }), badInput('CreateRole', 'role "twice" already exists'));
  await refused(app.node.createRole({ name: 'admin' }), badInput('CreateRole', 'role "admin" already exists'));
  await refused(
    app.node.deleteRole({ name: 'admin' }),
    badInput('DeleteRole', 'role "admin" is a built-in role and cannot be deleted'),
  );
  await refused(app.node.deleteRole({ name: 'nothing' }), badInput('DeleteRole', 'role "nothing" does not exist'));
});

test('a role has a name of at most 64 characters', async () => {
  assert.equal((await app.node.createRole({ name: 'r'.repeat(64) })).role.name.length, 64);
  await refused(
    app.node.createRole({ name: 'r'.repeat(65) }),
    badInput('CreateRole', 'name must be a maximum of 64 characters in length'),
  );
  await refused(app.node.createRole({}), badInput('CreateRole', 'name is a required field'));
});

test('an app has at most 25 roles of its own', async () => {
  const own = await newApp('many roles');
  for (let n = 1; n <= 25; n += 1) await own.node.createRole({ name: `role-${n}` });
  await refused(own.node.createRole({ name: 'role-26' }), badInput('CreateRole', /25/));
  assert.equal((await own.node.listRoles()).roles.filter(({ custom }) => custom).length, 25);
});

test('a role that grants are kept for cannot be removed before them', async () => {
  const own = await newApp('granted role');
  await own.node.createRole({ name: 'granted' });
  await own.node.updateApp({ grants: { granted: [OwnCapability.CREATE_CALL] } });
  assert.deepEqual((await own.node.getApp()).app.grants.granted, ['create-call']);
  const { roles } = await own.node.listRoles();
  assert.deepEqual(roles.find(({ name }) => name === 'granted').scopes, ['.app']);

  await refused(own.node.deleteRole({ name: 'granted' }), badInput('DeleteRole', /granted/));
  await own.node.updateApp({ grants: { granted: [] } });
  await own.node.deleteRole({ name: 'granted' });
  assert.equal((await roleNames(own)).includes('granted'), false);
});

test('roles are searched by the beginning of their name, in order, with a limit', async () => {
  const own = await newApp('search roles');
  for (const name of ['singer-b', 'singer-a', 'singer-c', 'pianist']) await own.node.createRole({ name });
  const names = ({ roles }) => roles.map(({ name }) => name);
  assert.deepEqual(names(await own.node.searchRoles({ query: 'singer' })), ['singer-a', 'singer-b', 'singer-c']);
  assert.deepEqual(names(await own.node.searchRoles({ query: 'singer', limit: 2 })), ['singer-a', 'singer-b']);
  assert.deepEqual(names(await own.node.searchRoles({ query: 'singer', name_gt: 'singer-a' })), ['singer-b', 'singer-c']);
  assert.deepEqual(names(await own.chat.searchRoles({ query: 'pian' })), ['pianist']);
  assert.deepEqual(names(await own.node.searchRoles({ query: 'nothing-like-it' })), []);
});

test('a search for roles has its bounds', async () => {
  await refused(app.node.searchRoles({}), badInput('SearchRoles', 'query is a required field'));
  await refused(app.node.searchRoles({ query: 'q'.repeat(256) }), badInput('SearchRoles', /^query must be a maximum of 255/));
  await refused(app.node.searchRoles({ query: 'a', limit: 26 }), badInput('SearchRoles', 'limit must be 25 or less'));
  await refused(app.node.searchRoles({ query: 'a', role_type: 'both' }), badInput('SearchRoles', 'role_type must be one of [user channel]'));
});

test('a user may search for roles, though not list them', async () => {
  await app.node.upsertUsers([{ id: 'john' }]);
  const token = app.userToken('john');
  const { status, body } = await app.call('GET', '/api/v2/roles/search', { token, query: { query: 'adm' } });
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(body.roles.some(({ name }) => name === 'admin'));
  await refused(app.call('GET', '/api/v2/roles', { token }), { status: 403, code: 17, operation: 'ListRoles', reason: /./ });
});

test('permissions are listed, and each can be looked at', async () => {
  const { permissions, metadata } = await app.node.listPermissions();
  assert.equal(metadata.responseCode, 200);
  assert.ok(permissions.length > 0);
  for (const each of permissions) {
    for (const key of ['id', 'name', 'description', 'action', 'level', 'owner_resource']) assert.equal(typeof each[key], 'string', key);
    for (const key of ['custom', 'owner', 'same_team']) assert.equal(typeof each[key], 'boolean', key);
    assert.ok(['app', 'channel'].includes(each.level), each.level);
    assert.ok(Array.isArray(each.tags));
  }
  const { permission } = await app.node.getPermission({ id: permissions[0].id });
  assert.deepEqual(permission, permissions[0]);
  assert.equal((await app.chat.listPermissions()).permissions.length, permissions.length);
});

test('the default grants name permissions that exist', async () => {
  const own = await newApp('default grants');
  const { permissions } = await own.node.listPermissions();
  const known = new Set(permissions.map(({ id }) => id));
  const { grants } = (await own.node.getApp()).app;
  assert.ok(grants.user.length > 0);
  for (const [role, ids] of Object.entries(grants)) {
    for (const id of ids) assert.ok(known.has(id), `${role}: ${id}`);
  }
});

test('stream-chat makes, changes, reads and removes a permission', async () => {
  const own = await newApp('custom permissions');
  const permission = {
    id: 'read-own-team',
    name: 'Read own team',
    action: 'ReadChannel',
    condition: { '$subject.magic_custom_field': { $eq: 'magic' } },
    owner: false,
    same_team: true,
  };
  assert.match((await own.chat.createPermission(permission)).duration, /ms$/);
  const read = async () => (await own.chat.getPermission('read-own-team')).permission;
  const { tags, ...made } = await read();
  for (const [key, value] of Object.entries(permission)) assert.deepEqual(made[key], value, key);
  assert.equal(made.custom, true);
  assert.ok(Array.isArray(tags));
  assert.ok((await own.node.listPermissions()).permissions.some(({ id }) => id === 'read-own-team'));

  const { id, ...rest } = permission;
  await own.chat.updatePermission(id, { ...rest, name: 'Read own team only', description: 'Changed' });
  assert.equal((await read()).name, 'Read own team only');
  assert.equal((await read()).description, 'Changed');

  await own.chat.deletePermission('read-own-team');
  await refused(own.chat.getPermission('read-own-team'), notFound('GetPermission', /read-own-team/));
});

test('a permission is made once, and only one that was made is changed or removed', async () => {
  const own = await newApp('refused permissions');
  const permission = { id: 'mine', name: 'Mine', action: 'ReadChannel', condition: {} };
  await own.chat.createPermission(permission);
  await refused(own.chat.createPermission(permission), badInput('CreatePermission', /^permission ".+" already exists$/));
  await refused(
    own.chat.updatePermission('nothing', { name: 'Nothing', action: 'ReadChannel', condition: {} }),
    notFound('UpdatePermission', 'custom permission "nothing" not found'),
  );
  await refused(own.chat.deletePermission('nothing'), notFound('DeletePermission', 'custom permission "nothing" not found'));
  await refused(own.chat.getPermission('nothing'), notFound('GetPermission', /nothing/));
  await refused(own.node.getPermission({ id: 'nothing' }), notFound('GetPermission', /nothing/));
});

test('a permission needs an id, a name and an action', async () => {
  for (const missing of ['id', 'name', 'action']) {
    const { [missing]: _, ...rest } = { id: 'half', name: 'Half', action: 'ReadChannel', condition: {} };
    await refused(app.chat.createPermission(rest), badInput('CreatePermission', `${missing} is a required field`));
  }
});

test('taking a grant away takes the right away, and giving it gives it, on the next request', async () => {
  const own = await newApp('rights');
  await own.node.upsertUsers([{ id: 'john' }]);
  const john = own.as('john');
  const rename = () => john.updateUsersPartial({ users: [{ id: 'john', set: { name: 'John' } }] });
  const find = () => john.queryUsers({ payload: { filter_conditions: {} } });
  const refusal = (operation, action) => ({
    status: 403,
    code: 17,
    operation,
    reason: `User 'john' with role 'user' is not allowed to perform action ${action}`,
  });
  await rename();
  await find();

  await own.node.updateApp({ grants: { user: [] } });
  await refused(rename(), refusal('UpdateUsersPartial', 'UpdateUser'));
  await refused(find(), refusal('QueryUsers', 'SearchUser'));

  await own.node.updateApp({ grants: { user: ['search-user', 'update-user-owner'] } });
  await rename();
  await find();
});

test('a role of one’s own has the rights that it is granted', async () => {
  const own = await newApp('rights of an own role');
  await own.node.createRole({ name: 'editor' });
  await own.node.upsertUsers([{ id: 'ed', role: 'editor' }, { id: 'john' }]);
  const change = (id) => own.as('ed').updateUsersPartial({ users: [{ id, set: { name: 'Edited' } }] });
  await refused(change('ed'), {
    status: 403,
    code: 17,
    operation: 'UpdateUsersPartial',
    reason: "User 'ed' with role 'editor' is not allowed to perform action UpdateUser",
  });
  await own.node.updateApp({ grants: { editor: ['update-user-owner'] } });
  assert.equal((await change('ed')).users.ed.name, 'Edited');
  await refused(change('john'), {
    status: 403,
    code: 17,
    operation: 'UpdateUsersPartial',
    reason: "User with role 'editor' is not allowed to perform action UpdateUser",
  });
});
