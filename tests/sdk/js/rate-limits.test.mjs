// Rate limits: the headers on every answer, GetRateLimits, and enforcement where an app asks for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApp, refused } from './helpers.mjs';
import { client, Feeds } from './sockets.mjs';

// The clock stands, so that no minute ends between two calls.
const app = await newApp('rate limits');
await app.freeze('2030-01-01T00:00:30Z');
const END_OF_MINUTE = new Date('2030-01-01T00:01:00Z');

const everybody = { payload: { filter_conditions: {} } };

test('trap 15: the SDK reads its limits from every answer, and the remainder falls', async () => {
  const first = (await app.node.getApp()).metadata.rateLimit;
  const second = (await app.node.getApp()).metadata.rateLimit;
  assert.ok(first.rateLimit > 0);
  assert.equal(second.rateLimit, first.rateLimit);
  assert.ok(first.rateLimitRemaining < first.rateLimit);
  assert.equal(second.rateLimitRemaining, first.rateLimitRemaining - 1);
  assert.deepEqual(first.rateLimitReset, END_OF_MINUTE);
});

test('the limits of a minute are back when the next one begins', async () => {
  const own = await newApp('next minute');
  await own.freeze('2030-01-01T00:00:30Z');
  const first = (await own.node.getApp()).metadata.rateLimit;
  await own.node.getApp();
  await own.advance('1m');
  const later = (await own.node.getApp()).metadata.rateLimit;
  assert.equal(later.rateLimitRemaining, first.rateLimitRemaining);
  assert.deepEqual(later.rateLimitReset, new Date('2030-01-01T00:02:00Z'));
});

test('on the clock of the system the reset is in the future', async () => {
  const own = await newApp('system clock');
  const before = Date.now();
  const { rateLimitReset } = (await own.node.getApp()).metadata.rateLimit;
  assert.ok(rateLimitReset.getTime() >= before);
  assert.equal(rateLimitReset.getTime() % 60_000, 0);
});

test('each operation has a limit of its own', async () => {
  const limitOf = async (call) => (await call).metadata.rateLimit.rateLimit;
  assert.equal(await limitOf(app.node.getApp()), 10000);
  assert.equal(await limitOf(app.node.queryUsers(everybody)), 1000);
  assert.equal(await limitOf(app.node.upsertUsers([{ id: 'john' }])), 300);
  assert.equal(await limitOf(app.node.updateApp({})), 60);
  assert.equal(await limitOf(app.node.createGuest({ user: { id: 'visitor' } })), 1000);
});

test('trap 15: refusals carry the headers too, and count', async () => {
  const limits = async () => {
    const error = await app.node.getTask({ id: 'nothing' }).then(() => assert.fail('was accepted'), (thrown) => thrown);
    return error.metadata.rateLimit;
  };
  const first = await limits();
  const second = await limits();
  assert.ok(first.rateLimit > 0);
  assert.equal(second.rateLimitRemaining, first.rateLimitRemaining - 1);
  assert.deepEqual(first.rateLimitReset, END_OF_MINUTE);

  const { status, headers } = await app.call('GET', '/api/v2/app', { token: 'garbage' });
  assert.equal(status, 401);
  for (const name of ['limit', 'remaining', 'reset']) assert.match(headers.get(`x-ratelimit-${name}`), /^\d+$/, name);
});

test('the front-end SDK reads its limits as well', async () => {
  const client = app.feeds();
  await client.connectAnonymous();
  const first = (await client.getApp()).metadata.rate_limit;
  const second = (await client.getApp()).metadata.rate_limit;
  assert.equal(second.rate_limit_remaining, first.rate_limit_remaining - 1);
  assert.deepEqual(first.rate_limit_reset, END_OF_MINUTE);
});

test('trap 33: the limits asked for are the limits shown', async () => {
  const { server_side, web, android, ios, metadata } = await app.node.getRateLimits({
    server_side: true,
    endpoints: 'QueryChannels,GetOrCreateChannel',
  });
  assert.equal(metadata.responseCode, 200);
  assert.deepEqual(Object.keys(server_side).sort(), ['GetOrCreateChannel', 'QueryChannels']);
  assert.deepEqual([web, android, ios], [undefined, undefined, undefined]);
  for (const { limit, remaining, reset } of Object.values(server_side)) {
    assert.ok(Number.isInteger(limit) && limit > 0);
    assert.equal(remaining, limit);
    assert.equal(reset * 1000, END_OF_MINUTE.getTime());
  }
});

test('without a platform all of them are shown', async () => {
  const limits = await app.node.getRateLimits();
  for (const platform of ['server_side', 'android', 'ios', 'web']) assert.ok(limits[platform]?.GetApp, platform);
});

test('stream-chat asks for limits', async () => {
  const { server_side, web } = await app.chat.getRateLimits({ serverSide: true, endpoints: ['GetApp', 'QueryUsers'] });
  assert.deepEqual(Object.keys(server_side).sort(), ['GetApp', 'QueryUsers']);
  assert.equal(server_side.QueryUsers.limit, 1000);
  assert.equal(web, undefined);
});

test('what was used shows in the limits', async () => {
  const own = await newApp('used');
  await own.freeze('2030-01-01T00:00:30Z');
  await own.node.queryUsers(everybody);
  await own.node.queryUsers(everybody);
  const { server_side } = await own.node.getRateLimits({ server_side: true, endpoints: 'QueryUsers' });
  assert.equal(server_side.QueryUsers.remaining, server_side.QueryUsers.limit - 2);
});

test('limits are reported and not enforced', async () => {
  const own = await newApp('reported');
  await own.freeze('2030-01-01T00:00:30Z');
  let remaining;
  for (let n = 0; n < 62; n += 1) {
    remaining = (await own.node.updateApp({})).metadata.rateLimit.rateLimitRemaining;
  }
  assert.equal(remaining, 0);
});

test('an app that enforces its limits refuses with 429 until the next minute (row 32)', async () => {
  const own = await newApp('enforced');
  await own.freeze('2030-01-01T00:00:30Z');
  await own.emulator({ rate_limits: 'enforce' });
  const update = () => own.node.updateApp({});
  let accepted = 0;
  try {
    for (; accepted <= 60; accepted += 1) await update();
  } catch {
    // The call that was one too many; the next is refused in the same way.
  }
  assert.ok(accepted > 0 && accepted <= 60, `${accepted} calls were accepted`);
  await refused(update(), { status: 429, code: 9, operation: 'UpdateApp', reason: /Too many requests/ });
  assert.ok((await own.node.getApp()).app, 'other operations go on');
  await own.advance('1m');
  await update();
});

test("an app's own numbers are told, shown, and enforced until the next minute", async () => {
  const own = await newApp('own numbers');
  await own.freeze('2030-01-01T00:00:30Z');
  await own.emulator({ rate_limits: 'enforce', calls_per_minute: { UpdateUsers: 3 } });
  const upsert = () => own.node.upsertUsers([{ id: 'john' }]);
  for (const left of [2, 1, 0]) {
    const { rateLimit, rateLimitRemaining } = (await upsert()).metadata.rateLimit;
    assert.deepEqual([rateLimit, rateLimitRemaining], [3, left]);
  }
  await refused(upsert(), { status: 429, code: 9, operation: 'UpdateUsers', reason: /The limit is 3 a minute/ });
  const { server_side } = await own.node.getRateLimits({ server_side: true, endpoints: 'UpdateUsers,GetApp' });
  assert.deepEqual([server_side.UpdateUsers.limit, server_side.UpdateUsers.remaining], [3, 0]);
  assert.equal(server_side.GetApp.limit, 10000);
  await own.advance('30s');
  await upsert();
  assert.equal((await app.node.upsertUsers([{ id: 'john' }])).metadata.rateLimit.rateLimit, 300, 'of another app');
});

test('feeds-client: one user may make 60 calls of an operation in a minute, others and servers go on', async () => {
  const own = await newApp('of one user');
  await own.freeze('2030-01-01T00:00:30Z');
  await own.emulator({ rate_limits: 'enforce', calls_per_minute: { GetApp: 200 } });
  const signedIn = (id) => {
    const one = own.feeds();
    one.tokenManager.setTokenOrProvider(own.sign({ user_id: id }));
    return one;
  };
  const john = signedIn('john');
  for (let left = 59; left >= 0; left -= 1) {
    const { rate_limit, rate_limit_remaining } = (await john.getApp()).metadata.rate_limit;
    assert.deepEqual([rate_limit, rate_limit_remaining], [60, left]);
  }
  await refused(john.getApp(), { status: 429, code: 9, operation: 'GetApp', reason: /The limit is 60 a minute/ });
  assert.equal((await signedIn('mary').getApp()).metadata.rate_limit.rate_limit, 60);
  for (let n = 0; n < 61; n += 1) await own.node.getApp();
  await own.advance('30s');
  await john.getApp();
});

test('a sign-in over a socket that is one too many is refused with 9', async (t) => {
  const own = await newApp('own connects');
  await own.freeze('2030-01-01T00:00:30Z');
  await own.emulator({ rate_limits: 'enforce', calls_per_minute: { Connect: 1 } });
  const token = own.sign({ user_id: 'john' });
  await client(t, Feeds, own).connect({ id: 'john' }, token);
  const error = await client(t, Feeds, own).connect({ id: 'john' }, token).then(() => assert.fail('was accepted'), (thrown) => thrown);
  const { code, StatusCode } = JSON.parse(error.message);
  assert.deepEqual({ code, StatusCode }, { code: 9, StatusCode: 429 });
  await own.advance('1m');
  await client(t, Feeds, own).connect({ id: 'john' }, token);
});

test('a user may not see the limits of the app (row 25)', async () => {
  const token = app.sign({ user_id: 'john' });
  await refused(app.call('GET', '/api/v2/rate_limits', { token }), {
    status: 403,
    code: 17,
    operation: 'GetRateLimits',
    reason: /./,
  });
});
