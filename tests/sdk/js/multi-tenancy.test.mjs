// Teams, and what multi-tenancy makes of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApp, refused } from './helpers.mjs';

const people = [
  { id: 'ann', teams: ['red'] },
  { id: 'bob', teams: ['red', 'blue'] },
  { id: 'cat', teams: ['blue'] },
  { id: 'dan' },
];

async function tenants(name) {
  const app = await newApp(name);
  await app.node.upsertUsers(people);
  await app.node.updateApp({ multi_tenant_enabled: true });
  return app;
}

const app = await tenants('tenants');

const find = async (client, filter_conditions = {}) =>
  (await client.queryUsers({ payload: { filter_conditions } })).users.map(({ id }) => id).sort();

test('teams are kept whether multi-tenancy is on or off', async () => {
  const off = await newApp('no tenants');
  const { users } = await off.node.upsertUsers(people);
  assert.deepEqual(users.bob.teams, ['red', 'blue']);
  assert.deepEqual(users.dan.teams, []);
  assert.deepEqual(await find(off.as('ann')), ['ann', 'bob', 'cat', 'dan']);
});

test('a user finds those who share a team with it', async () => {
  assert.deepEqual(await find(app.as('ann')), ['ann', 'bob']);
  assert.deepEqual(await find(app.as('bob')), ['ann', 'bob', 'cat']);
  assert.deepEqual(await find(app.as('cat'), { id: { $in: ['ann', 'bob'] } }), ['bob']);
});

test('a user may name one of its teams, or drop the filter', async () => {
  assert.deepEqual(await find(app.as('bob'), { teams: 'red' }), ['ann', 'bob']);
  assert.deepEqual(await find(app.as('ann'), { teams: {} }), ['ann', 'bob', 'cat', 'dan']);
});

test('a server finds everybody', async () => {
  assert.deepEqual(await find(app.node), ['ann', 'bob', 'cat', 'dan']);
});

test('under legacy permissions a user must name its team (row 26)', async () => {
  const legacy = await tenants('tenants with legacy permissions');
  await legacy.node.updateApp({ permission_version: 'v1' });
  const ann = legacy.as('ann');
  const notAllowed = (reason) => ({ status: 403, code: 17, operation: 'QueryUsers', reason });
  await refused(find(ann), notAllowed('you must include a team filter to use this endpoint client-side'));
  await refused(find(ann, { teams: 'blue' }), notAllowed(/^you must filter on teams that are from the same user/));
  assert.deepEqual(await find(ann, { teams: 'red' }), ['ann', 'bob']);
});

test('a user may not change its teams, though it may repeat them (row 22)', async () => {
  const bob = app.as('bob');
  const refusal = (operation) => ({
    status: 403,
    code: 17,
    operation,
    reason: 'user teams can only be updated server-side',
  });
  await refused(bob.updateUsers({ users: { bob: { id: 'bob', teams: ['green'] } } }), refusal('UpdateUsers'));
  await refused(bob.updateUsersPartial({ users: [{ id: 'bob', set: { teams: ['red'] } }] }), refusal('UpdateUsersPartial'));
  for (const teams of [['red', 'blue'], ['blue', 'red'], [], null]) {
    const { users } = await bob.updateUsers({ users: { bob: { id: 'bob', teams } } });
    assert.deepEqual([...users.bob.teams].sort(), ['blue', 'red']);
  }
});

test('a server may change teams', async () => {
  const moved = await tenants('moving');
  const { users } = await moved.node.updateUsersPartial({ users: [{ id: 'dan', set: { teams: ['red'] } }] });
  assert.deepEqual(users.dan.teams, ['red']);
  assert.deepEqual(await find(moved.as('ann')), ['ann', 'bob', 'dan']);
});
