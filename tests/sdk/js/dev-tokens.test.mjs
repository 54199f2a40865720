// Developer tokens: what "Disable Auth Checks" lets in, and what it does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DevToken } from 'stream-chat';
import { assertSignsIn, EXPIRED, newApp, NO_SEGMENTS, refused, REVOKED, seconds, tampered } from './helpers.mjs';

const app = await newApp('auth checks off');
await app.node.upsertUsers([{ id: 'john' }, { id: 'johnny' }, { id: 'jo' }]);
await app.node.updateApp({ disable_auth_checks: true });

const now = () => seconds(Date.now());
const getApp = (token, of = app) => of.feeds(token).getApp();
const notAuthenticated = (call, code, reason, operation = 'GetApp') =>
  refused(call, { status: 401, code, operation, reason });
const badSignature = (key) =>
  `JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key "${key}"`;

test('with checks on, dev tokens and tampered tokens are refused (row 11)', async () => {
  const checked = await newApp('auth checks on');
  await notAuthenticated(getApp(DevToken('john'), checked), 43, badSignature(checked.key));
  await notAuthenticated(getApp(tampered(checked.userToken('john')), checked), 43, badSignature(checked.key));
});

test('the switch works on the next request, in both directions, through either SDK', async () => {
  const switched = await newApp('switched');
  const dev = () => getApp(DevToken('john'), switched);
  for (const client of [switched.node.updateApp.bind(switched.node), switched.chat.updateAppSettings.bind(switched.chat)]) {
    await client({ disable_auth_checks: true });
    assert.equal((await switched.node.getApp()).app.disable_auth_checks, true);
    assert.ok((await dev()).app);
    await client({ disable_auth_checks: false });
    await notAuthenticated(dev(), 43, badSignature(switched.key));
  }
});

test('trap 10: a dev token signs in the user it names, whatever padding its base64 has', async () => {
  const paddings = new Set();
  for (const id of ['john', 'johnny', 'jo']) {
    const token = DevToken(id);
    paddings.add(token.split('.')[1].match(/=*$/)[0]);
    await assertSignsIn(app, token, id);
  }
  assert.deepEqual([...paddings].sort(), ['', '=', '==']);
});

test('a dev token works on the paths of legacy chat too', async () => {
  const { status, body } = await app.call('GET', '/app', { token: DevToken('john') });
  assert.equal(status, 200, JSON.stringify(body));
});

test('a tampered token, and one signed with another secret, sign in the user they name', async () => {
  await assertSignsIn(app, tampered(app.userToken('john')), 'john');
  await assertSignsIn(app, app.sign({ user_id: 'john' }, { secret: 'any secret' }), 'john');
});

test('a dev token may do no more than its user', async () => {
  await refused(app.feeds(DevToken('john')).updateUsersPartial({ users: [{ id: 'jo', set: { name: 'Joe' } }] }), {
    status: 403,
    code: 17,
    operation: 'UpdateUsersPartial',
    reason: /^User with role 'user' is not allowed to perform action UpdateUser/,
  });
});

test('a token with a bad signature never reaches an operation for servers', async () => {
  const disable = { disable_auth_checks: false };
  const refusal = { status: 403, code: 17, operation: 'UpdateApp', reason: /./ };
  await refused(app.serverWith(DevToken('john')).updateApp(disable), refusal);
  await refused(app.serverWith(tampered(app.userToken('john'))).updateApp(disable), refusal);
  assert.equal((await app.node.getApp()).app.disable_auth_checks, true);
});

test('a server token with a bad signature is still refused (row 12)', async () => {
  await notAuthenticated(app.serverWith(tampered(app.serverToken)).getApp(), 5, 'Token signature is invalid');
  const forged = app.sign({ user_id: '' }, { secret: 'any secret' });
  await notAuthenticated(app.serverWith(forged).updateApp({}), 5, 'Token signature is invalid', 'UpdateApp');
});

test('good server tokens go on working', async () => {
  assert.ok((await app.node.queryUsers({ payload: { filter_conditions: {} } })).users.length > 0);
});

test('no token, or none that can be read, stays refused (row 4)', async () => {
  for (const token of [null, '', 'john', 'john.devtoken']) {
    await notAuthenticated(app.call('GET', '/api/v2/app', { token }), 5, NO_SEGMENTS);
  }
});

test('a token with a good signature is judged as always', async () => {
  await app.node.upsertUsers([{ id: 'judged' }]);
  await notAuthenticated(getApp(app.userToken('judged', { iat: now() - 7200 })), 40, EXPIRED);
  await notAuthenticated(
    getApp(app.userToken('judged', { iat: now() + 600 })),
    42,
    'JWTAuth error: token used before issue at (iat)',
  );
  const good = app.userToken('judged');
  await app.node.updateUsersPartial({ users: [{ id: 'judged', set: { revoke_tokens_issued_before: new Date() } }] });
  await notAuthenticated(getApp(good), 40, REVOKED);
});

test('times and revocation are not looked at when the signature is bad', async () => {
  await app.node.upsertUsers([{ id: 'unjudged' }]);
  await app.node.updateUsersPartial({ users: [{ id: 'unjudged', set: { revoke_tokens_issued_before: new Date() } }] });
  assert.ok((await getApp(DevToken('unjudged'))).app);
  assert.ok((await getApp(tampered(app.userToken('unjudged', { iat: now() - 7200 })))).app);
  assert.ok((await getApp(tampered(app.userToken('unjudged', { iat: now() + 600 })))).app);
});

test('an app may be told to look at the times all the same', async () => {
  const timed = await newApp('auth checks off, times on');
  await timed.node.updateApp({ disable_auth_checks: true });
  await timed.emulator({ disabled_auth_checks: 'check_times' });
  const expired = tampered(timed.userToken('john', { iat: now() - 7200 }));
  await notAuthenticated(getApp(expired, timed), 40, EXPIRED);
  assert.ok((await getApp(DevToken('john'), timed)).app);
});

test('deactivated and deleted users stay out, dev token or not (rows 14 and 15)', async () => {
  await app.node.upsertUsers([{ id: 'resting' }, { id: 'gone' }]);
  await app.node.deactivateUser({ user_id: 'resting' });
  await app.node.deleteUsers({ user_ids: ['gone'] });
  const refusal = (reason) => ({ status: 404, code: 16, operation: 'GetApp', reason });
  await refused(getApp(DevToken('resting')), refusal('the user resting was deactivated'));
  await refused(getApp(DevToken('gone')), refusal('the user gone was deleted'));
});
