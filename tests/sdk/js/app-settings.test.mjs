// GetApp and UpdateApp: who sees what, and that every setting comes back as it was set.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApp, refused } from './helpers.mjs';

const app = await newApp('settings');
await app.node.upsertUsers([{ id: 'john' }]);

const settings = async (of = app) => (await of.node.getApp()).app;
const badInput = (reason) => ({ status: 400, code: 4, operation: 'UpdateApp', reason });

const BOOLEANS = [
  'allow_multi_user_devices',
  'async_url_enrich_enabled',
  'auto_translation_enabled',
  'campaign_enabled',
  'disable_auth_checks',
  'disable_permissions_checks',
  'feed_audit_logs_enabled',
  'guest_user_creation_disabled',
  'image_moderation_enabled',
  'member_custom_on_messages_enabled',
  'moderation_audio_call_moderation_enabled',
  'moderation_enabled',
  'moderation_llm_configurability_enabled',
  'moderation_multitenant_blocklist_enabled',
  'moderation_video_call_moderation_enabled',
  'multi_tenant_enabled',
  'suspended',
  'use_hook_v2',
  'user_response_time_enabled',
];
const STRINGS = [
  'custom_action_handler_url',
  'enforce_unique_usernames',
  'moderation_webhook_url',
  'name',
  'organization',
  'permission_version',
  'placement',
  'sns_key',
  'sns_secret',
  'sns_topic_arn',
  'sqs_key',
  'sqs_secret',
  'sqs_url',
  'suspended_explanation',
  'webhook_url',
];
const INTEGERS = ['cdn_expiration_seconds', 'id', 'max_aggregated_activities_length', 'reminders_interval'];
const ARRAYS = ['event_hooks', 'user_search_disallowed_roles', 'webhook_events'];
const OBJECTS = ['call_types', 'channel_configs', 'file_upload_config', 'grants', 'image_upload_config', 'policies', 'push_notifications'];
const SHORT_FORM = [
  'async_url_enrich_enabled',
  'auto_translation_enabled',
  'file_upload_config',
  'id',
  'image_upload_config',
  'name',
  'placement',
];

test('a server sees every setting, each of its type', async () => {
  const seen = await settings();
  for (const key of BOOLEANS) assert.equal(typeof seen[key], 'boolean', key);
  for (const key of STRINGS) assert.equal(typeof seen[key], 'string', key);
  for (const key of INTEGERS) assert.ok(Number.isInteger(seen[key]), key);
  for (const key of ARRAYS) assert.ok(Array.isArray(seen[key]), key);
  for (const key of OBJECTS) assert.ok(seen[key] && typeof seen[key] === 'object' && !Array.isArray(seen[key]), key);
});

test('a new app has the defaults of a new app', async () => {
  const seen = await settings();
  const defaults = {
    name: 'settings',
    disable_auth_checks: false,
    disable_permissions_checks: false,
    guest_user_creation_disabled: false,
    multi_tenant_enabled: false,
    enforce_unique_usernames: 'no',
    user_search_disallowed_roles: [],
    permission_version: 'v2',
    cdn_expiration_seconds: 1209600,
    webhook_url: '',
    suspended: false,
    revoke_tokens_issued_before: undefined,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(defaults).map((key) => [key, seen[key]])), defaults);
  for (const [config, limit] of [[seen.file_upload_config, 104857600], [seen.image_upload_config, 10485760]]) {
    assert.equal(config.size_limit, limit);
    for (const key of ['allowed_file_extensions', 'blocked_file_extensions', 'allowed_mime_types', 'blocked_mime_types']) {
      assert.ok(Array.isArray(config[key]), key);
    }
  }
});

test('GetApp and UpdateApp answer with a duration and status 200', async () => {
  const seen = await app.node.getApp();
  assert.equal(seen.metadata.responseCode, 200);
  assert.match(seen.duration, /^\d+\.\d\dms$/);
  const updated = await app.node.updateApp({});
  assert.equal(updated.metadata.responseCode, 200);
  assert.match(updated.duration, /^\d+\.\d\dms$/);
});

test('a user sees the short form only', async () => {
  const { app: short } = await app.as('john').getApp();
  assert.deepEqual(Object.keys(short).sort(), SHORT_FORM);
  assert.equal(short.name, 'settings');
  assert.equal(short.id, (await settings()).id);
});

test('both dialects show the same settings', async () => {
  const { app: legacy } = await app.chat.getAppSettings();
  assert.deepEqual(legacy, await settings());
});

test('a user may not change settings (row 25)', async () => {
  for (const path of ['/api/v2/app', '/app']) {
    await refused(app.call('PATCH', path, { token: app.userToken('john'), body: { disable_auth_checks: true } }), {
      status: 403,
      code: 17,
      operation: 'UpdateApp',
      reason: /./,
    });
  }
  assert.equal((await settings()).disable_auth_checks, false);
});

const ROUND_TRIPS = {
  allowed_flag_reasons: ['spam', 'other'],
  async_url_enrich_enabled: true,
  auto_translation_enabled: true,
  cdn_expiration_seconds: 14400,
  custom_action_handler_url: 'https://example.com/actions?type={type}',
  disable_auth_checks: true,
  disable_permissions_checks: true,
  enforce_unique_usernames: 'team',
  feed_audit_logs_enabled: true,
  file_upload_config: {
    allowed_file_extensions: ['.pdf'],
    blocked_file_extensions: ['.exe'],
    allowed_mime_types: ['application/pdf'],
    blocked_mime_types: ['text/html'],
    size_limit: 1048576,
  },
  guest_user_creation_disabled: true,
  image_moderation_enabled: true,
  image_upload_config: {
    allowed_file_extensions: ['.png'],
    blocked_file_extensions: [],
    allowed_mime_types: ['image/png'],
    blocked_mime_types: [],
    size_limit: 2048,
  },
  max_aggregated_activities_length: 10,
  moderation_enabled: true,
  moderation_webhook_url: 'https://example.com/moderation',
  multi_tenant_enabled: true,
  permission_version: 'v1',
  reminders_interval: 120,
  sns_key: 'sns key',
  sns_secret: 'sns secret',
  sns_topic_arn: 'arn:aws:sns:us-east-1:123456789012:topic',
  sqs_key: 'sqs key',
  sqs_secret: 'sqs secret',
  sqs_url: 'https://sqs.us-east-1.amazonaws.com/123456789012/queue',
  user_response_time_enabled: true,
  user_search_disallowed_roles: ['guest', 'anonymous'],
  webhook_events: ['user.updated'],
  webhook_url: 'https://example.com/hook',
};

test('every setting comes back as it was set, alone and through either SDK', async () => {
  for (const [key, value] of Object.entries(ROUND_TRIPS)) {
    const own = await newApp(`setting ${key}`);
    const before = await settings(own);
    await own.node.updateApp({ [key]: value });
    assert.deepEqual((await settings(own))[key], value, key);
    assert.notDeepEqual(before[key], value, `${key} is the default already`);

    const another = await newApp(`setting ${key} by chat`);
    await another.chat.updateAppSettings({ [key]: value });
    assert.deepEqual((await settings(another))[key], value, key);
  }
});

test('only the keys that are present change', async () => {
  const own = await newApp('one by one');
  const before = await settings(own);
  await own.node.updateApp({ reminders_interval: 300 });
  await own.node.updateApp({});
  assert.deepEqual(await settings(own), { ...before, reminders_interval: 300 });
});

test('a webhook is kept without being looked up', async () => {
  const own = await newApp('hooks');
  const hook = {
    id: '3d1c8b9e-6c0e-4f43-9b3f-0d7c1a2b3c4d',
    hook_type: 'webhook',
    enabled: true,
    event_types: ['user.updated'],
    webhook_url: 'https://nowhere.invalid/hook',
  };
  await own.node.updateApp({ event_hooks: [hook] });
  const [kept] = (await settings(own)).event_hooks;
  for (const [key, value] of Object.entries(hook)) assert.deepEqual(kept[key], value, key);
});

test('values that break a rule are refused in the words of the rule', async () => {
  for (const [change, reason] of [
    [{ enforce_unique_usernames: 'maybe' }, 'enforce_unique_usernames must be one of [no app team]'],
    [
      { user_search_disallowed_roles: ['x'.repeat(101)] },
      'user_search_disallowed_roles[0] must be a maximum of 100 characters in length',
    ],
    [{ user_search_disallowed_roles: Array.from({ length: 11 }, () => 'user') }, 'user_search_disallowed_roles must contain at maximum 10 items'],
    [{ sqs_url: 'no url' }, 'sqs_url must be a valid URL'],
    [{ permission_version: 'v3' }, 'permission_version must be one of [v1 v2]'],
    [{ cdn_expiration_seconds: 14399 }, /^cdn_expiration_seconds must be 14,400 or greater$/],
    [{ cdn_expiration_seconds: 1209601 }, /^cdn_expiration_seconds must be 1,209,600 or less$/],
    [{ reminders_interval: 59 }, /^reminders_interval must be 60 or greater$/],
    [{ reminders_interval: 86401 }, /^reminders_interval must be 86,400 or less$/],
    [{ revoke_tokens_issued_before: 'yesterday' }, /revoke_tokens_issued_before/],
    [{ disable_auth_checks: 'yes' }, /disable_auth_checks/],
    [{ webhook_url: 42 }, /webhook_url/],
  ]) {
    await refused(app.node.updateApp(change), badInput(reason));
    await refused(app.chat.updateAppSettings(change), badInput(reason));
  }
});

test('one bad value keeps the good ones of the same call out', async () => {
  const own = await newApp('all or nothing');
  await refused(own.node.updateApp({ disable_auth_checks: true, sqs_url: 'no url' }), badInput('sqs_url must be a valid URL'));
  assert.equal((await settings(own)).disable_auth_checks, false);
});

test('grants replace those of the roles named, and null brings the defaults back', async () => {
  const own = await newApp('grants');
  const { grants: defaults } = await settings(own);
  for (const role of ['admin', 'moderator', 'user', 'guest']) {
    for (const permission of ['flag-user', 'mute-user', 'search-user', 'update-user-owner']) {
      assert.ok(defaults[role].includes(permission), `${role}: ${permission}`);
    }
  }
  await own.node.updateApp({ grants: { user: ['search-user'] } });
  const changed = (await settings(own)).grants;
  assert.deepEqual(changed.user, ['search-user']);
  assert.deepEqual(changed.admin, defaults.admin);

  await own.node.updateApp({ grants: null });
  assert.deepEqual((await settings(own)).grants, defaults);
});

test('apps do not share their settings', async () => {
  const [one, other] = [await newApp('one'), await newApp('other')];
  await one.node.updateApp({ reminders_interval: 300 });
  assert.notEqual((await settings(other)).reminders_interval, 300);
  assert.notEqual((await settings(one)).id, (await settings(other)).id);
});
