// Push providers: named ones, the unnamed ones of UpdateApp, devices that need one, and the dry run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, assertRfc3339, newApp, refused } from './helpers.mjs';

const badInput = (operation, reason) => ({ status: 400, code: 4, operation, reason });

const xiaomi = { type: 'xiaomi', name: 'main', xiaomi_package_name: 'org.example', xiaomi_app_secret: 'made up' };

test('trap 16: the node SDK is refused credentials that are none', async () => {
  const app = await newApp('push credentials');
  const upsert = app.node.upsertPushProvider({ push_provider: { ...xiaomi, xiaomi_package_name: '', xiaomi_app_secret: '' } });
  await refused(upsert, badInput('UpsertPushProvider', 'xiaomi credentials are invalid'));
  assert.deepEqual((await app.node.listPushProviders()).push_providers, []);
});

test('the node SDK sets, lists and deletes a provider', async () => {
  const app = await newApp('push providers');
  const { push_provider: made } = await app.node.upsertPushProvider({ push_provider: xiaomi });
  assert.equal(made.name, 'main');
  assert.equal(made.type, 'xiaomi');
  assertDate(made.created_at);
  const { push_providers } = await app.node.listPushProviders();
  assert.deepEqual(push_providers.map(({ type, name, xiaomi_package_name }) => [type, name, xiaomi_package_name]), [['xiaomi', 'main', 'org.example']]);
  await app.node.deletePushProvider({ type: 'xiaomi', name: 'main' });
  assert.deepEqual((await app.node.listPushProviders()).push_providers, []);
  await refused(app.node.deletePushProvider({ type: 'xiaomi', name: 'main' }), { status: 404, code: 16, operation: 'DeletePushProvider', reason: /not found/ });
});

test('stream-chat sets, lists and deletes a provider', async () => {
  const app = await newApp('push providers of chat');
  const { push_provider: made } = await app.chat.upsertPushProvider(xiaomi);
  assertRfc3339(made.created_at);
  assert.equal((await app.chat.listPushProviders()).push_providers[0].name, 'main');
  await app.chat.deletePushProvider({ type: 'xiaomi', name: 'main' });
  assert.deepEqual((await app.chat.listPushProviders()).push_providers, []);
});

test('feeds-client: a strict app takes a device only of a provider that is configured', async () => {
  const app = await newApp('strict');
  const add = (push_provider_name) => app.as('john').createDevice({ id: 'd', push_provider: 'xiaomi', push_provider_name });
  await add();
  await app.emulator({ push_providers: 'strict' });
  await refused(add(), badInput('CreateDevice', 'push provider "" with type "xiaomi" not found'));
  await app.node.upsertPushProvider({ push_provider: xiaomi });
  const available = 'push provider "" with type "xiaomi" not found, available push providers for this application: type: "xiaomi" name: "main"';
  await refused(add(), badInput('CreateDevice', available));
  await add('main');
  await app.node.updateApp({ xiaomi_config: { package_name: 'org.example', secret: 'made up' } });
  await add();
  assert.equal((await app.node.getApp()).app.push_notifications.xiaomi.enabled, true);
});

test('a dry run tells what would keep a push from its device', async () => {
  const app = await newApp('dry run');
  await app.node.upsertUsers([{ id: 'john' }]);
  const none = badInput('CheckPush', 'User has no enabled devices associated');
  await refused(app.node.checkPush({ user_id: 'john' }), none);
  await refused(app.chat.testPushSettings('john'), none);
  await app.node.createDevice({ id: 'd', push_provider: 'apn', user_id: 'john' });
  const { device_errors } = await app.node.checkPush({ user_id: 'john' });
  assert.equal(device_errors.d.provider, 'apn');
  const dry = await app.chat.testPushSettings('john', { skipDevices: true, apnTemplate: '{"aps":{}}' });
  assert.equal(dry.rendered_apn_template, '{"aps":{}}');
  assert.equal(dry.skip_devices, true);
});
