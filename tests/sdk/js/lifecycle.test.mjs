// Deactivating, reactivating, deleting, restoring and exporting users, and what becomes of their tokens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, assertRfc3339, assertTaskDone, newApp, refused } from './helpers.mjs';

const app = await newApp('lifecycle');

const create = (...ids) => app.node.upsertUsers(ids.map((id) => ({ id, name: `Name of ${id}`, custom: { of: id } })));
const find = async (id) =>
  (await app.node.queryUsers({ payload: { filter_conditions: { id }, include_deactivated_users: true } })).users[0];
const notFound = (operation, reason) => ({ status: 404, code: 16, operation, reason });
const badInput = (operation, reason) => ({ status: 400, code: 4, operation, reason });
const works = async (client) => assert.ok((await client.getApp()).app.name);

test('a deactivated user keeps its data, carries the time, and is refused until reactivated (row 14)', async () => {
  await create('resting');
  const client = app.as('resting');
  await works(client);

  const { user, metadata } = await app.node.deactivateUser({ user_id: 'resting' });
  assert.equal(metadata.responseCode, 201);
  assertDate(user.deactivated_at);
  assert.deepEqual(user.custom, { of: 'resting' });
  const refusal = (operation) => notFound(operation, 'the user resting was deactivated');
  await refused(client.getApp(), refusal('GetApp'));
  await refused(client.queryUsers({ payload: { filter_conditions: {} } }), refusal('QueryUsers'));
  await refused(app.node.upsertUsers([{ id: 'resting' }]), refusal('UpdateUsers'));

  const reactivated = await app.node.reactivateUser({ user_id: 'resting', name: 'Back' });
  assert.equal(reactivated.metadata.responseCode, 201);
  assert.equal(reactivated.user.name, 'Back');
  assert.equal(reactivated.user.deactivated_at, undefined);
  assert.deepEqual(reactivated.user.custom, { of: 'resting' });
  await works(client);
});

test('stream-chat deactivates and reactivates a user', async () => {
  await create('chatty');
  const { user } = await app.chat.deactivateUser('chatty', { mark_messages_deleted: true, created_by_id: 'resting' });
  assertRfc3339(user.deactivated_at);
  assert.equal(user.of, 'chatty');
  await refused(app.as('chatty').getApp(), notFound('GetApp', 'the user chatty was deactivated'));
  const back = await app.chat.reactivateUser('chatty', { name: 'Back', restore_messages: true });
  assert.equal(back.user.name, 'Back');
  assert.equal(back.user.deactivated_at, undefined);
  await works(app.as('chatty'));
});

test('who is active cannot be reactivated, who is unknown neither that nor deactivated', async () => {
  await create('active');
  await refused(app.node.reactivateUser({ user_id: 'active' }), badInput('ReactivateUser', /is not deactivated/));
  await refused(app.node.reactivateUser({ user_id: 'ghost' }), notFound('ReactivateUser', /ghost/));
  await refused(app.node.deactivateUser({ user_id: 'ghost' }), notFound('DeactivateUser', /ghost/));
});

test('trap 26: many are deactivated and reactivated by a task that is done at once', async () => {
  await create('many1', 'many2');
  const user_ids = ['many1', 'many2'];
  const off = await app.node.deactivateUsers({ user_ids, mark_messages_deleted: true });
  assert.equal(off.metadata.responseCode, 201);
  await assertTaskDone(app, off.task_id);
  for (const id of user_ids) assertDate((await find(id)).deactivated_at);
  await refused(app.as('many2').getApp(), notFound('GetApp', 'the user many2 was deactivated'));

  const on = await app.node.reactivateUsers({ user_ids, restore_messages: true });
  await assertTaskDone(app, on.task_id);
  for (const id of user_ids) assert.equal((await find(id)).deactivated_at, undefined);
  await works(app.as('many2'));
});

test('stream-chat deactivates and reactivates many', async () => {
  await create('crowd1', 'crowd2');
  const off = await app.chat.deactivateUsers(['crowd1', 'crowd2']);
  const task = await app.chat.getTask(off.task_id);
  assert.equal(task.status, 'completed');
  assertRfc3339(task.created_at);
  await refused(app.as('crowd1').getApp(), notFound('GetApp', 'the user crowd1 was deactivated'));
  const on = await app.chat.reactivateUsers(['crowd1', 'crowd2']);
  assert.equal((await app.chat.getTask(on.task_id)).status, 'completed');
  await works(app.as('crowd1'));
});

test('deleted users are gone at once, refused, and can be restored with all their data (row 15)', async () => {
  await create('gone');
  const client = app.as('gone');
  const { task_id, metadata } = await app.node.deleteUsers({ user_ids: ['gone'] });
  assert.equal(metadata.responseCode, 201);
  await assertTaskDone(app, task_id);

  const refusal = (operation) => notFound(operation, 'the user gone was deleted');
  assert.equal(await find('gone'), undefined);
  await refused(client.getApp(), refusal('GetApp'));
  await refused(app.node.upsertUsers([{ id: 'gone' }]), refusal('UpdateUsers'));

  const restored = await app.node.restoreUsers({ user_ids: ['gone'] });
  assert.equal(restored.metadata.responseCode, 201);
  assert.match(restored.duration, /ms$/);
  const user = await find('gone');
  assert.equal(user.name, 'Name of gone');
  assert.deepEqual(user.custom, { of: 'gone' });
  assert.equal(user.deleted_at, undefined);
  await works(client);
});

test('stream-chat deletes one user, and restores', async () => {
  await create('single');
  const { user } = await app.chat.deleteUser('single', { mark_messages_deleted: true });
  assert.equal(user.id, 'single');
  assertRfc3339(user.deleted_at);
  await refused(app.as('single').getApp(), notFound('GetApp', 'the user single was deleted'));
  await app.chat.restoreUsers(['single']);
  await works(app.as('single'));
});

test('stream-chat deletes many by a task', async () => {
  await create('batch1', 'batch2');
  const { task_id } = await app.chat.deleteUsers(['batch1', 'batch2'], { user: 'soft', messages: 'soft' });
  assert.equal((await app.chat.getTask(task_id)).status, 'completed');
  await refused(app.as('batch2').getApp(), notFound('GetApp', 'the user batch2 was deleted'));
});

test('trap 16: who was not deleted cannot be restored', async () => {
  await create('present');
  const expected = badInput('RestoreUsers', 'user "present" is not deleted, it can\'t be restored');
  await refused(app.node.restoreUsers({ user_ids: ['present'] }), expected);
  await refused(app.chat.restoreUsers(['present']), expected);
});

test('restoring many is all or nothing', async () => {
  await create('lost', 'found');
  await app.node.deleteUsers({ user_ids: ['lost'] });
  await refused(
    app.node.restoreUsers({ user_ids: ['lost', 'found'] }),
    badInput('RestoreUsers', 'user "found" is not deleted, it can\'t be restored'),
  );
  assert.equal(await find('lost'), undefined);
});

test('who was pruned is refused and cannot be restored', async () => {
  await create('pruned');
  await app.node.deleteUsers({ user_ids: ['pruned'], user: 'pruning', messages: 'pruning' });
  await refused(app.as('pruned').getApp(), notFound('GetApp', 'the user pruned was deleted'));
  await refused(app.node.restoreUsers({ user_ids: ['pruned'] }), badInput('RestoreUsers', /pruned/));
});

test('who was deleted for good is refused, but the id may be used again', async () => {
  await create('erased');
  await app.node.deleteUsers({ user_ids: ['erased'], user: 'hard', messages: 'hard', conversations: 'hard' });
  assert.equal(await find('erased'), undefined);
  const { users } = await app.node.upsertUsers([{ id: 'erased' }]);
  assert.deepEqual(users.erased.custom, {});
  assert.equal(users.erased.name ?? '', '');
  await works(app.as('erased'));
});

test('stream-chat deletes a user for good', async () => {
  await create('wiped');
  await app.chat.deleteUser('wiped', { hard_delete: true });
  assert.equal(await find('wiped'), undefined);
  assert.equal((await app.chat.upsertUser({ id: 'wiped' })).users.wiped.of, undefined);
});

test('deleting for good takes what is not said along', async () => {
  for (const options of [{}, { messages: 'hard' }, { conversations: 'hard' }]) {
    await create('alone');
    const { task_id } = await app.node.deleteUsers({ user_ids: ['alone'], user: 'hard', ...options });
    assert.deepEqual((await app.node.getTask({ id: task_id })).result, { alone: { status: 'ok' } });
    assert.equal(await find('alone'), undefined);
  }
});

test('an export of many is fetched from where its task says, without a token', async () => {
  await create('asked');
  const { task_id } = await app.node.exportUsers({ user_ids: ['asked'] });
  const { url } = (await app.node.getTask({ id: task_id })).result;
  assert.match(url, /\/exports\/users\//);
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).users.map(({ id }) => id), ['asked']);
});

test('the tasks of many tell the users as they then are', async () => {
  await create('paused');
  const off = await app.chat.deactivateUsers(['paused']);
  const { users } = (await app.chat.getTask(off.task_id)).result;
  assert.equal(users[0].id, 'paused');
  assertRfc3339(users[0].deactivated_at);
});

test('deleting for good while messages or conversations are kept is refused', async () => {
  await create('kept');
  for (const options of [{ messages: 'soft', conversations: 'hard' }, { messages: 'hard', conversations: 'soft' }]) {
    await refused(app.node.deleteUsers({ user_ids: ['kept'], user: 'hard', ...options }), badInput('DeleteUsers', /./));
  }
  assert.equal((await find('kept')).id, 'kept');
});

test('a way of deleting that does not exist is refused', async () => {
  await create('untouched');
  await refused(
    app.node.deleteUsers({ user_ids: ['untouched'], user: 'gently' }),
    badInput('DeleteUsers', /^user must be one of \[/),
  );
  assert.equal((await find('untouched')).id, 'untouched');
});

test('a user is exported', async () => {
  await create('exported');
  const { user, metadata } = await app.node.exportUser({ user_id: 'exported' });
  assert.equal(metadata.responseCode, 200);
  assert.equal(user.id, 'exported');
  assert.deepEqual(user.custom, { of: 'exported' });
  assertDate(user.created_at);

  const legacy = await app.chat.exportUser('exported');
  assert.equal(legacy.user.of, 'exported');
  assertRfc3339(legacy.user.created_at);
  await refused(app.node.exportUser({ user_id: 'ghost' }), notFound('ExportUser', /ghost/));
});

test('many users are exported by a task', async () => {
  await create('export1', 'export2');
  const { task_id, metadata } = await app.node.exportUsers({ user_ids: ['export1', 'export2'] });
  assert.equal(metadata.responseCode, 201);
  const task = await assertTaskDone(app, task_id);
  assert.ok(task.result);

  const legacy = await app.chat.exportUsers({ user_ids: ['export1'] });
  assert.equal((await app.chat.getTask(legacy.task_id)).status, 'completed');
});

test('a task that does not exist is not found', async () => {
  const expected = notFound('GetTask', 'Can\'t find task with id "nothing"');
  await refused(app.node.getTask({ id: 'nothing' }), expected);
  await refused(app.chat.getTask('nothing'), expected);
});

test('a task of one app is not seen by another', async () => {
  await create('private');
  const { task_id } = await app.node.exportUsers({ user_ids: ['private'] });
  const other = await newApp('curious');
  await refused(other.node.getTask({ id: task_id }), notFound('GetTask', `Can't find task with id "${task_id}"`));
});
