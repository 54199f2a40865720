// Groups of users by the server SDK, and as a signed-in user reads them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected } from './feeds.mjs';
import { assertDate, newApp, refused } from './helpers.mjs';

const app = await newApp('user-groups');
const { node } = app;

const users = ({ user_group: { members } }) => members.map(({ user_id, is_admin }) => [user_id, is_admin]);

test('node-sdk: a group is made, changed, found and deleted, and its members come and go', async () => {
  await node.upsertUsers([{ id: 'ann' }, { id: 'ben' }]);
  const made = await node.createUserGroup({ id: 'g', name: 'Fresh group', description: 'x', member_ids: ['ann'] });
  assertDate(made.user_group.created_at);
  assert.deepEqual(users(made), [['ann', false]]);
  assert.deepEqual(users(await node.addUserGroupMembers({ id: 'g', member_ids: ['ben'], as_admin: true })), [['ann', false], ['ben', true]]);
  await refused(node.addUserGroupMembers({ id: 'g', member_ids: ['nobody'] }), {
    status: 400, code: 4, operation: 'AddUserGroupMembers', reason: /the user nobody does not exist/,
  });
  assert.equal((await node.updateUserGroup({ id: 'g', name: 'Renamed' })).user_group.name, 'Renamed');
  await node.createUserGroup({ name: 'Another' });
  const page = await node.listUserGroups({ limit: 1 });
  const [{ id, created_at }] = page.user_groups;
  assert.equal(id, 'g');
  const rest = await node.listUserGroups({ id_gt: id, created_at_gt: created_at.toISOString() });
  assert.deepEqual(rest.user_groups.map(({ name }) => name), ['Another']);
  assert.deepEqual((await node.searchUserGroups({ query: 'rena' })).user_groups.map((one) => one.id), ['g']);
  assert.deepEqual(users(await node.removeUserGroupMembers({ id: 'g', member_ids: ['ann', 'ben'] })), []);
  assert.deepEqual(users(await node.getUserGroup({ id: 'g' })), []);
  await node.deleteUserGroup({ id: 'g' });
  await refused(node.getUserGroup({ id: 'g' }), {
    status: 404, code: 16, operation: 'GetUserGroup', reason: /user group with id g does not exist/,
  });
});

test('feeds-client: a user reads groups, and makes them where the role may', async (t) => {
  await node.createUserGroup({ id: 'readable', name: 'Readable' });
  const reader = await connected(t, app, 'reader');
  assertDate((await reader.getUserGroup({ id: 'readable' })).user_group.created_at);
  assert.deepEqual((await reader.searchUserGroups({ query: 'read' })).user_groups.map(({ id }) => id), ['readable']);
  await refused(reader.createUserGroup({ name: 'Mine' }), {
    status: 403, code: 17, operation: 'CreateUserGroup', reason: /not allowed to perform action CreateUserGroup/,
  });
  await node.updateApp({ grants: { user: ['create-user-group'] } });
  assert.equal((await reader.createUserGroup({ name: 'Mine' })).user_group.created_by, 'reader');
});
