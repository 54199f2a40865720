// The rules that users are held to: ids, roles, unique names, sizes and numbers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApp, refused } from './helpers.mjs';

const app = await newApp('rules for users');

const badInput = (operation, reason) => ({ status: 400, code: 4, operation, reason });
const everybody = async (of = app) =>
  (await of.node.queryUsers({ payload: { filter_conditions: {}, limit: 100 } })).users.map(({ id }) => id).sort();
const numbered = (count, prefix = 'user') => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

test('ids of letters, digits and some signs are accepted', async () => {
  const ids = ['a', '0', 'a@b.c', 'with space', 'under_score-dash', 'x'.repeat(255)];
  const { users } = await app.node.upsertUsers(ids.map((id) => ({ id })));
  assert.deepEqual(Object.keys(users).sort(), ids.sort());
});

test('other ids are refused', async () => {
  for (const id of ['a/b', 'a|b', "a'b", 'a"b', 'a!b', 'é', '😀', 'x'.repeat(256)]) {
    await refused(app.node.upsertUsers([{ id }]), badInput('UpdateUsers', /./));
  }
});

test('trap 31: an id with a sign arrives in a path as it is, or encoded', async () => {
  await app.node.upsertUsers([{ id: 'at@home' }, { id: 'my user' }]);
  for (const user_id of ['at@home', 'my user']) {
    assert.equal((await app.node.exportUser({ user_id })).user.id, user_id);
    assert.equal((await app.chat.exportUser(user_id)).user.id, user_id);
  }
});

test('the key of an upserted user must be its id', async () => {
  await refused(app.node.updateUsers({ users: { one: { id: 'another' } } }), badInput('UpdateUsers', /id/));
  await refused(app.node.updateUsers({ users: { one: {} } }), badInput('UpdateUsers', /id/));
  assert.equal((await everybody()).includes('another'), false);
});

test('an upsert needs users', async () => {
  await refused(app.node.updateUsers({}), badInput('UpdateUsers', /^users/));
  await refused(app.node.updateUsers({ users: {} }), badInput('UpdateUsers', /^users/));
});

test('a role must be defined, in an upsert and in a partial update', async () => {
  const reason = 'role "special_agent" provided but not defined';
  await app.node.upsertUsers([{ id: 'agent' }]);
  await refused(app.node.upsertUsers([{ id: 'agent', role: 'special_agent' }]), badInput('UpdateUsers', reason));
  await refused(
    app.node.updateUsersPartial({ users: [{ id: 'agent', set: { role: 'special_agent' } }] }),
    badInput('UpdateUsersPartial', reason),
  );
});

test('an upsert of many is all or nothing', async () => {
  const own = await newApp('all or nothing');
  await refused(
    own.node.upsertUsers([{ id: 'good' }, { id: 'bad', role: 'special_agent' }, { id: 'fine' }]),
    badInput('UpdateUsers', 'role "special_agent" provided but not defined'),
  );
  assert.deepEqual(await everybody(own), []);
});

test('a field of the wrong type is refused by its name', async () => {
  await refused(
    app.node.updateUsers({ users: { typed: { id: 'typed', name: 42 } } }),
    badInput('UpdateUsers', /name.*number|number.*name/),
  );
  await refused(app.node.updateUsers({ users: { typed: { id: 'typed', teams: 'red' } } }), badInput('UpdateUsers', /teams/));
});

test('trap 9: a hundred users are upserted within the patience of the SDK, a hundred and one are refused', async () => {
  const own = await newApp('batches');
  const ids = numbered(101);
  const { users } = await own.node.upsertUsers(ids.slice(1).map((id) => ({ id })));
  assert.equal(Object.keys(users).length, 100);
  await refused(own.node.upsertUsers(ids.map((id) => ({ id }))), badInput('UpdateUsers', /100/));
});

test('a hundred users are changed at once, a hundred and one are refused', async () => {
  const own = await newApp('partial batches');
  const ids = numbered(101);
  await own.node.upsertUsers(ids.slice(1).map((id) => ({ id })));
  const change = (of) => own.node.updateUsersPartial({ users: of.map((id) => ({ id, set: { n: 1 } })) });
  assert.equal(Object.keys((await change(ids.slice(1))).users).length, 100);
  await refused(change(ids), badInput('UpdateUsersPartial', /100/));
});

test('operations on lists of ids take one to a hundred of them, an export one to twenty-five', async () => {
  for (const [method, operation, most] of [
    ['deactivateUsers', 'DeactivateUsers', 100],
    ['reactivateUsers', 'ReactivateUsers', 100],
    ['deleteUsers', 'DeleteUsers', 100],
    ['restoreUsers', 'RestoreUsers', 100],
    ['exportUsers', 'ExportUsers', 25],
  ]) {
    await refused(
      app.node[method]({ user_ids: numbered(most + 1) }),
      badInput(operation, `user_ids must contain at maximum ${most} items`),
    );
    await refused(app.node[method]({ user_ids: [] }), badInput(operation, /^user_ids /));
    await refused(app.node[method]({}), badInput(operation, 'user_ids is a required field'));
  }
});

test('custom data up to 5 KB is kept, more is too big (code 22)', async () => {
  const tooBig = (operation) => ({ status: 413, code: 22, operation, reason: /./ });
  await app.node.upsertUsers([{ id: 'big', custom: { text: 'x'.repeat(4900) } }]);
  await refused(app.node.upsertUsers([{ id: 'bigger', custom: { text: 'x'.repeat(5200) } }]), tooBig('UpdateUsers'));
  await refused(
    app.node.updateUsersPartial({ users: [{ id: 'big', set: { more: 'x'.repeat(400) } }] }),
    tooBig('UpdateUsersPartial'),
  );
  await refused(app.chat.upsertUser({ id: 'bigger', text: 'x'.repeat(5200) }), tooBig('UpdateUsers'));
  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: { $in: ['big', 'bigger'] } } } });
  assert.deepEqual(users.map(({ id, custom }) => [id, Object.keys(custom)]), [['big', ['text']]]);
});

test('a user has at most 250 teams, each of at most 100 bytes', async () => {
  await app.node.upsertUsers([{ id: 'team player', teams: numbered(250, 't') }]);
  await refused(app.node.upsertUsers([{ id: 'joiner', teams: numbered(251, 't') }]), badInput('UpdateUsers', /250/));
  await app.node.upsertUsers([{ id: 'team player', teams: ['t'.repeat(100)] }]);
  await refused(app.node.upsertUsers([{ id: 'joiner', teams: ['t'.repeat(101)] }]), badInput('UpdateUsers', /100/));
});

test('names need not be unique unless the app says so', async () => {
  const { users } = await app.node.upsertUsers([
    { id: 'same1', name: 'Same' },
    { id: 'same2', name: 'Same' },
  ]);
  assert.deepEqual([users.same1.name, users.same2.name], ['Same', 'Same']);
});

test('unique in the app: a name is taken in any case, with any spaces and signs (code 6)', async () => {
  const unique = await newApp('unique names');
  await unique.node.updateApp({ enforce_unique_usernames: 'app' });
  await unique.node.upsertUsers([{ id: 'first', name: 'John Doe' }, { id: 'second', name: 'Jane' }]);
  const taken = (operation, reason) => ({ status: 400, code: 6, operation, reason });

  await refused(unique.node.upsertUsers([{ id: 'third', name: 'John Doe' }]), taken('UpdateUsers', "username 'John Doe' already exists"));
  for (const name of ['john doe', 'JOHNDOE', 'j-o.h_n  d!o@e']) {
    await refused(unique.node.upsertUsers([{ id: 'third', name }]), taken('UpdateUsers', /already exists$/));
  }
  await refused(
    unique.node.updateUsersPartial({ users: [{ id: 'second', set: { name: 'John Doe' } }] }),
    taken('UpdateUsersPartial', "username 'John Doe' already exists"),
  );
  await refused(
    unique.node.upsertUsers([{ id: 'x', name: 'Twin' }, { id: 'y', name: 'twin' }]),
    taken('UpdateUsers', /already exists$/),
  );
  assert.deepEqual(await everybody(unique), ['first', 'second']);

  const { users } = await unique.node.upsertUsers([{ id: 'first', name: 'JOHN DOE' }]);
  assert.equal(users.first.name, 'JOHN DOE', 'a user may keep its own name');
});

test('unique in the app: a user whose name was taken meanwhile is not reactivated under it', async () => {
  const unique = await newApp('unique names and reactivation');
  await unique.node.upsertUsers([{ id: 'first', name: 'John' }]);
  await unique.node.deactivateUser({ user_id: 'first' });
  await unique.node.upsertUsers([{ id: 'second', name: 'Jane' }]);
  await unique.node.updateApp({ enforce_unique_usernames: 'app' });
  await refused(unique.node.reactivateUser({ user_id: 'first', name: 'Jane' }), {
    status: 400,
    code: 6,
    operation: 'ReactivateUser',
    reason: "username 'Jane' already exists",
  });
  assert.equal((await unique.node.reactivateUser({ user_id: 'first', name: 'Jim' })).user.name, 'Jim');
});

test('unique in the app: of many at once exactly one gets the name', async () => {
  const unique = await newApp('race for a name');
  await unique.node.updateApp({ enforce_unique_usernames: 'app' });
  const results = await Promise.allSettled(
    numbered(10).map((id) => unique.node.upsertUsers([{ id, name: 'Winner' }])),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.ok(results.every(({ status, reason }) => status === 'fulfilled' || reason.code === 6));
  assert.equal((await everybody(unique)).length, 1);
});

test('unique in the team: a name is taken only among those who share one', async () => {
  const unique = await newApp('unique names in teams');
  await unique.node.updateApp({ enforce_unique_usernames: 'team' });
  await unique.node.upsertUsers([{ id: 'red', name: 'John', teams: ['red'] }, { id: 'blue', name: 'John', teams: ['blue'] }]);
  await refused(unique.node.upsertUsers([{ id: 'another', name: 'John', teams: ['red'] }]), {
    status: 400,
    code: 6,
    operation: 'UpdateUsers',
    reason: "username 'John' already exists in team 'red'",
  });
});
