// What belongs to one user: devices, push preferences, and whom it blocks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, assertRfc3339, newApp, refused } from './helpers.mjs';

const app = await newApp('devices, blocks, push');
await app.node.upsertUsers(['john', 'jane', 'jim', 'joe'].map((id) => ({ id })));

const badInput = (operation, reason) => ({ status: 400, code: 4, operation, reason });
const notFound = (operation, reason) => ({ status: 404, code: 16, operation, reason });
const deviceIds = async (user_id, of = app) => (await of.node.listDevices({ user_id })).devices.map(({ id }) => id);
const blockedBy = async (user_id) => (await app.node.getBlockedUsers({ user_id })).blocks.map((block) => block.blocked_user_id);

test('a server registers, lists and removes the devices of a user', async () => {
  const device = { id: 'phone', push_provider: 'firebase', push_provider_name: 'staging', hardware_id: 'hw-1', user_id: 'john' };
  assert.equal((await app.node.createDevice(device)).metadata.responseCode, 201);

  const { devices, metadata } = await app.node.listDevices({ user_id: 'john' });
  assert.equal(metadata.responseCode, 200);
  assert.equal(devices.length, 1);
  assertDate(devices[0].created_at);
  for (const [key, value] of Object.entries(device)) assert.equal(devices[0][key], value, key);

  assert.equal((await app.node.deleteDevice({ id: 'phone', user_id: 'john' })).metadata.responseCode, 200);
  assert.deepEqual(await deviceIds('john'), []);
});

test('each push provider is known, others are refused', async () => {
  for (const push_provider of ['firebase', 'apn', 'huawei', 'xiaomi']) {
    await app.node.createDevice({ id: `by ${push_provider}`, push_provider, user_id: 'jim' });
  }
  assert.equal((await deviceIds('jim')).length, 4);
  await refused(
    app.node.createDevice({ id: 'pager', push_provider: 'pager', user_id: 'jim' }),
    badInput('CreateDevice', /^push_provider must be one of \[/),
  );
});

test('a device needs an id and a provider', async () => {
  await refused(app.node.createDevice({ push_provider: 'apn', user_id: 'john' }), badInput('CreateDevice', 'id is a required field'));
  await refused(app.node.createDevice({ id: 'phone', user_id: 'john' }), badInput('CreateDevice', 'push_provider is a required field'));
  await refused(
    app.node.createDevice({ id: 'x'.repeat(256), push_provider: 'apn', user_id: 'john' }),
    badInput('CreateDevice', 'id must be a maximum of 255 characters in length'),
  );
});

test('a server must say whose device it means (row 28)', async () => {
  await refused(app.node.createDevice({ id: 'phone', push_provider: 'apn' }), badInput('CreateDevice', /user_id/));
  await refused(app.node.listDevices(), badInput('ListDevices', /user_id/));
  await refused(app.node.deleteDevice({ id: 'phone' }), badInput('DeleteDevice', /user_id/));
});

test('both user and user_id are one too many (row 28)', async () => {
  await refused(
    app.node.createDevice({ id: 'phone', push_provider: 'apn', user_id: 'john', user: { id: 'john' } }),
    badInput('CreateDevice', 'cannot set both user and user_id.'),
  );
});

test('a user has devices of its own, without naming itself', async () => {
  const jane = app.as('jane');
  await jane.createDevice({ id: 'tablet', push_provider: 'apn', voip_token: true });
  const { devices } = await jane.listDevices();
  assert.deepEqual(devices.map(({ id, user_id }) => [id, user_id]), [['tablet', 'jane']]);
  assertDate(devices[0].created_at);

  await refused(app.as('joe').deleteDevice({ id: 'tablet' }), notFound('DeleteDevice', /tablet/));
  assert.deepEqual(await deviceIds('jane'), ['tablet']);
  await jane.deleteDevice({ id: 'tablet' });
  assert.deepEqual(await deviceIds('jane'), []);
});

test('registering a device again changes nothing, for another user moves it', async () => {
  const device = { id: 'shared', push_provider: 'apn' };
  await app.node.createDevice({ ...device, user_id: 'john' });
  await app.node.createDevice({ ...device, user_id: 'john' });
  assert.deepEqual(await deviceIds('john'), ['shared']);
  await app.node.createDevice({ ...device, user_id: 'jane' });
  assert.deepEqual(await deviceIds('john'), []);
  assert.deepEqual(await deviceIds('jane'), ['shared']);
});

test('a user has at most 25 devices: the newest, newest first', async () => {
  const own = await newApp('many devices');
  await own.freeze('2030-01-01T00:00:00Z');
  await own.node.upsertUsers([{ id: 'john' }]);
  for (let n = 1; n <= 26; n += 1) {
    await own.node.createDevice({ id: `phone-${n}`, push_provider: 'apn', user_id: 'john' });
    await own.advance('1s');
  }
  assert.deepEqual(await deviceIds('john', own), Array.from({ length: 25 }, (_, n) => `phone-${26 - n}`));
});

test('the devices of a user are in the user itself', async () => {
  await app.node.createDevice({ id: 'inside', push_provider: 'apn', user_id: 'joe' });
  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'joe' } } });
  assert.deepEqual(users[0].devices.map(({ id }) => id), ['inside']);
  assertDate(users[0].devices[0].created_at);
});

test('stream-chat registers, lists and removes devices', async () => {
  await app.chat.upsertUser({ id: 'chatty' });
  await app.chat.addDevice('chat phone', 'firebase', 'chatty', 'staging');
  const { devices } = await app.chat.getDevices('chatty');
  assert.equal(devices.length, 1);
  assert.equal(devices[0].id, 'chat phone');
  assert.equal(devices[0].push_provider_name, 'staging');
  assertRfc3339(devices[0].created_at);
  await app.chat.removeDevice('chat phone', 'chatty');
  assert.deepEqual((await app.chat.getDevices('chatty')).devices, []);
});

test('devices are kept under /video too', async () => {
  const token = app.userToken('jim');
  const body = { id: 'video phone', push_provider: 'apn' };
  assert.equal((await app.call('POST', '/video/devices', { token, body })).status, 201);
  const { body: answer } = await app.call('GET', '/video/devices', { token });
  assertRfc3339(answer.devices.find(({ id }) => id === 'video phone').created_at);
  assert.equal((await app.call('DELETE', '/video/devices', { token, query: { id: 'video phone' } })).status, 200);
});

test('a server sets push preferences of several users', async () => {
  const disabled_until = new Date('2031-01-01T00:00:00Z');
  const { user_preferences, user_channel_preferences, metadata } = await app.node.updatePushNotificationPreferences({
    preferences: [
      { user_id: 'john', chat_level: 'mentions', call_level: 'none', feeds_level: 'all' },
      { user_id: 'jane', chat_level: 'none', disabled_until },
    ],
  });
  assert.equal(metadata.responseCode, 201);
  assert.deepEqual(user_channel_preferences, {});
  assert.equal(user_preferences.john.chat_level, 'mentions');
  assert.equal(user_preferences.john.call_level, 'none');
  assert.equal(user_preferences.john.feeds_level, 'all');
  assert.equal(user_preferences.jane.chat_level, 'none');
  assertDate(user_preferences.jane.disabled_until);
  assert.equal(user_preferences.jane.disabled_until.getTime(), disabled_until.getTime());
});

test('push preferences that are not named stay, and a snooze is taken back', async () => {
  const set = async (preference) =>
    (await app.node.updatePushNotificationPreferences({ preferences: [{ user_id: 'joe', ...preference }] })).user_preferences.joe;
  await set({ chat_level: 'mentions', disabled_until: new Date('2031-01-01T00:00:00Z') });
  const kept = await set({ call_level: 'none' });
  assert.equal(kept.chat_level, 'mentions');
  assert.equal(kept.call_level, 'none');
  assert.equal((await set({ remove_disable: true })).disabled_until, undefined);
});

test('a user sets its own push preferences, and nobody else’s', async () => {
  const john = app.as('john');
  const { user_preferences } = await john.updatePushNotificationPreferences({ preferences: [{ feeds_level: 'none' }] });
  assert.equal(user_preferences.john.feeds_level, 'none');
  await refused(john.updatePushNotificationPreferences({ preferences: [{ user_id: 'jane', feeds_level: 'none' }] }), {
    status: 403,
    code: 17,
    operation: 'UpdatePushNotificationPreferences',
    reason: /./,
  });
});

test('a push level that does not exist is refused', async () => {
  await refused(
    app.node.updatePushNotificationPreferences({ preferences: [{ user_id: 'john', chat_level: 'loud' }] }),
    badInput('UpdatePushNotificationPreferences', /chat_level/),
  );
  await refused(
    app.node.updatePushNotificationPreferences({ preferences: [] }),
    badInput('UpdatePushNotificationPreferences', /preferences/),
  );
});

test('stream-chat sets push preferences', async () => {
  const { user_preferences } = await app.chat.setPushPreferences([
    { user_id: 'john', chat_level: 'mentions', disabled_until: '2031-01-01T00:00:00Z' },
  ]);
  assert.equal(user_preferences.john.chat_level, 'mentions');
  assert.equal(user_preferences.john.disabled_until, '2031-01-01T00:00:00Z');
});

test('a server blocks and unblocks for a user', async () => {
  const blocked = await app.node.blockUsers({ blocked_user_id: 'jim', user_id: 'john' });
  assert.equal(blocked.metadata.responseCode, 201);
  assert.equal(blocked.blocked_user_id, 'jim');
  assert.equal(blocked.blocked_by_user_id, 'john');
  assertDate(blocked.created_at);

  const { blocks } = await app.node.getBlockedUsers({ user_id: 'john' });
  assert.equal(blocks.length, 1);
  assert.equal(blocks[0].user_id, 'john');
  assert.equal(blocks[0].blocked_user_id, 'jim');
  assert.equal(blocks[0].user.id, 'john');
  assert.equal(blocks[0].blocked_user.id, 'jim');
  assertDate(blocks[0].created_at);
  assertDate(blocks[0].blocked_user.created_at);

  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'john' } } });
  assert.deepEqual(users[0].blocked_user_ids, ['jim']);

  assert.equal((await app.node.unblockUsers({ blocked_user_id: 'jim', user_id: 'john' })).metadata.responseCode, 201);
  assert.deepEqual(await blockedBy('john'), []);
});

test('a user blocks and unblocks by itself', async () => {
  const jane = app.as('jane');
  const { blocked_by_user_id } = await jane.blockUsers({ blocked_user_id: 'joe' });
  assert.equal(blocked_by_user_id, 'jane');
  assert.deepEqual((await jane.getBlockedUsers()).blocks.map((block) => block.blocked_user_id), ['joe']);
  assert.deepEqual(await blockedBy('joe'), []);
  await jane.unblockUsers({ blocked_user_id: 'joe' });
  assert.deepEqual((await jane.getBlockedUsers()).blocks, []);
});

test('stream-chat blocks and unblocks', async () => {
  const blocked = await app.chat.blockUser('jim', 'joe');
  assertRfc3339(blocked.created_at);
  const { blocks } = await app.chat.getBlockedUsers('joe');
  assert.deepEqual(blocks.map((block) => block.blocked_user_id), ['jim']);
  assertRfc3339(blocks[0].created_at);
  await app.chat.unBlockUser('jim', 'joe');
  assert.deepEqual((await app.chat.getBlockedUsers('joe')).blocks, []);
});

test('nobody blocks itself, nor a user who does not exist', async () => {
  await refused(app.node.blockUsers({ blocked_user_id: 'john', user_id: 'john' }), badInput('BlockUsers', /./));
  await refused(app.node.blockUsers({ blocked_user_id: 'ghost', user_id: 'john' }), notFound('BlockUsers', /ghost/));
  await refused(app.node.blockUsers({ user_id: 'john' }), badInput('BlockUsers', 'blocked_user_id is a required field'));
});

test('a server must say who blocks (row 28)', async () => {
  await refused(app.node.blockUsers({ blocked_user_id: 'jim' }), badInput('BlockUsers', /user_id/));
  await refused(app.node.getBlockedUsers(), badInput('GetBlockedUsers', /user_id/));
  await refused(app.chat.unBlockUser('jim'), badInput('UnblockUsers', /user_id/));
});
