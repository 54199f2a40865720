// Who a token signs in, and why one is refused. Rows are those of the contract's table of refusals.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { assertSignsIn, claimsOf, EXPIRED, newApp, NO_SEGMENTS, refused, seconds, tampered } from './helpers.mjs';

const app = await newApp('tokens');
await app.node.upsertUsers([{ id: 'john' }, { id: 'jane' }]);

const getApp = (token, options) => app.call('GET', '/api/v2/app', { token, ...options });
const notAuthenticated = (call, code, reason) => refused(call, { status: 401, code, operation: 'GetApp', reason });
const badSignature = (key) =>
  `JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key "${key}"`;
const now = () => seconds(Date.now());

/** Only server tokens see the settings. */
const isServer = async (token) => 'disable_auth_checks' in (await app.serverWith(token).getApp()).app;

test('a user token of the node SDK signs its user in', async () => {
  const token = app.node.generateUserToken({ user_id: 'john' });
  assert.equal(claimsOf(token).exp - claimsOf(token).iat, 3600);
  await assertSignsIn(app, token, 'john');
});

test('a user token with a validity of a day signs its user in', async () => {
  await assertSignsIn(app, app.node.generateUserToken({ user_id: 'john', validity_in_seconds: 24 * 60 * 60 }), 'john');
});

test('a permanent user token has no exp and signs its user in', async () => {
  const token = app.node.generatePermanentUserToken({ user_id: 'john' });
  assert.equal(claimsOf(token).exp, undefined);
  await assertSignsIn(app, token, 'john');
});

test('a call token signs its user in', async () => {
  const call_cids = ['default:call1', 'livestream:call2'];
  const token = app.node.generateCallToken({ user_id: 'john', role: 'host', call_cids });
  assert.deepEqual(claimsOf(token).call_cids, call_cids);
  await assertSignsIn(app, token, 'john');
});

test('tokens of the deprecated createToken and createCallToken sign their user in', async () => {
  await assertSignsIn(app, app.node.createToken('john'), 'john');
  await assertSignsIn(app, app.node.createCallToken({ user_id: 'john', role: 'host' }, ['default:call1']), 'john');
});

test('a token of stream-chat has neither iat nor exp and signs its user in', async () => {
  const token = app.chat.createToken('john');
  assert.deepEqual(claimsOf(token), { user_id: 'john' });
  await assertSignsIn(app, token, 'john');
});

test('a token of stream-chat with exp and iat signs its user in', async () => {
  await assertSignsIn(app, app.chat.createToken('john', now() + 3600, now()), 'john');
});

test('claims that nobody knows are ignored', async () => {
  await assertSignsIn(app, app.userToken('john', { plan: 'gold', nested: { list: [1, null] } }), 'john');
});

test('trap 1: a server token is one without user_id, whatever its other claims are', async () => {
  const servers = [
    {},
    { server: true },
    { server: 'true' },
    { server: 1 },
    { server: { nested: [] } },
    { server: null },
    { user_id: '' },
    { nbf: now() - 5, iat: now() - 5, exp: now() + 3600 },
    { iat: now(), server: true },
    { iat: now() - 5, iss: 'Stream Chat Java SDK', sub: 'Stream Chat Java SDK', server: true, scope: 'admins' },
  ];
  for (const claims of servers) {
    assert.equal(await isServer(app.sign(claims)), true, JSON.stringify(claims));
  }
});

test('a token with user_id is a user token, also when it claims to be a server', async () => {
  const token = app.sign({ user_id: 'john', server: true });
  assert.equal(await isServer(token), false);
  await assertSignsIn(app, token, 'john');
});

test('no api key is refused (row 1)', async () => {
  const reason = 'api_key or app_id not provided';
  await notAuthenticated(getApp(app.serverToken, { key: null }), 2, reason);
  await notAuthenticated(getApp(app.serverToken, { key: '' }), 2, reason);
});

test('an api key of no app is refused (row 2)', async () => {
  await notAuthenticated(getApp(app.serverToken, { key: 'nobodyskey' }), 2, 'api_key not valid');
});

test('a missing or unknown stream-auth-type is refused (row 3)', async () => {
  for (const authType of [null, '', 'JWT', 'server', 'bearer']) {
    await notAuthenticated(getApp(app.serverToken, { authType }), 5, 'stream-auth-type missing or invalid');
  }
});

test('a missing, empty or malformed token is refused (row 4)', async () => {
  for (const token of [null, '', 'garbage', 'two.segments', 'one.two.three.four']) {
    await notAuthenticated(getApp(token), 5, NO_SEGMENTS);
  }
});

test('a segment that is not JSON is refused with the first bad byte (row 5)', async () => {
  const reason = "JWTAuth error: invalid character 'h' in literal true (expecting 'r')";
  await notAuthenticated(getApp(app.sign('that is no JSON')), 5, reason);
  await notAuthenticated(getApp(app.sign({ user_id: 'john' }, { header: 'that is no JSON' })), 5, reason);
});

test('a user_id that is not a string is refused with its type (row 6)', async () => {
  for (const [value, type] of [[42, 'number'], [true, 'bool'], [['john'], 'array'], [{ id: 'john' }, 'object']]) {
    await notAuthenticated(
      getApp(app.sign({ user_id: value })),
      5,
      `JWTAuth error: json: cannot unmarshal ${type} into Go struct field StreamJWTClaims.user_id of type string`,
    );
  }
});

test('an exp that is not an integer is refused with its type (row 7)', async () => {
  for (const [value, type] of [[{}, 'object'], ['soon', 'string'], [true, 'bool']]) {
    await notAuthenticated(
      getApp(app.sign({ user_id: 'john', exp: value })),
      5,
      `JWTAuth error: json: cannot unmarshal ${type} into Go struct field StreamJWTClaims.exp of type int64`,
    );
  }
});

test('claims that are no object are refused', async () => {
  await notAuthenticated(getApp(app.sign('["john"]')), 5, /^JWTAuth error: /);
});

test('trap 3: an expired token is refused with code 40 and status 401 (row 8)', async () => {
  await notAuthenticated(getApp(app.userToken('john', { iat: now() - 7200 })), 40, EXPIRED);
  await notAuthenticated(getApp(app.chat.createToken('john', now() - 1)), 40, EXPIRED);
  await notAuthenticated(app.serverWith(app.sign({ server: true, exp: now() - 1 })).getApp(), 40, EXPIRED);
});

test('a token before its nbf is refused (row 9)', async () => {
  const token = app.sign({ user_id: 'john', nbf: now() + 600 });
  await notAuthenticated(getApp(token), 41, 'JWTAuth error: token is not valid yet (nbf)');
});

test('a token issued in the future is refused (row 10)', async () => {
  const token = app.userToken('john', { iat: now() + 600 });
  await notAuthenticated(app.feeds(token).getApp(), 42, 'JWTAuth error: token used before issue at (iat)');
});

test('trap 35: a user token with a bad signature is refused with code 43 (row 11)', async () => {
  const reason = badSignature(app.key);
  await notAuthenticated(getApp(tampered(app.userToken('john'))), 43, reason);
  await notAuthenticated(getApp(app.sign({ user_id: 'john' }, { secret: 'another secret' })), 43, reason);
  await notAuthenticated(app.feeds(tampered(app.userToken('john'))).getApp(), 43, reason);
});

test('trap 35: a server token with a bad signature is refused with code 5 (row 12)', async () => {
  const reason = 'Token signature is invalid';
  await notAuthenticated(app.serverWith(tampered(app.serverToken)).getApp(), 5, reason);
  await notAuthenticated(app.serverWith(app.sign({}, { secret: 'another secret' })).getApp(), 5, reason);
});

test('a token whose claims were exchanged under the old signature is refused', async () => {
  const [header, , signature] = app.userToken('john').split('.');
  const claims = Buffer.from(JSON.stringify({ user_id: 'jane' })).toString('base64url');
  await notAuthenticated(getApp([header, claims, signature].join('.')), 43, badSignature(app.key));
});

test('a token signed for another app is refused', async () => {
  const other = await newApp('tokens of others');
  await notAuthenticated(getApp(other.userToken('john')), 43, badSignature(app.key));
  await notAuthenticated(app.serverWith(other.serverToken).getApp(), 5, 'Token signature is invalid');
});

test('algorithms other than HS256 are refused', async () => {
  const claims = { user_id: 'john' };
  const tokens = [
    app.sign(claims, { header: { alg: 'HS512', typ: 'JWT' }, hash: 'sha512' }),
    app.sign(claims, { header: { alg: 'HS384', typ: 'JWT' }, hash: 'sha384' }),
    app.sign(claims, { header: { alg: 'RS256', typ: 'JWT' } }),
    app.sign(claims, { header: { alg: 'none', typ: 'JWT' } }),
    app.sign(claims, { header: { alg: 'none', typ: 'JWT' } }).replace(/[^.]+$/, ''),
    app.sign(claims, { header: { alg: 'hs256', typ: 'JWT' } }),
    app.sign(claims, { header: { typ: 'JWT' } }),
  ];
  for (const token of tokens) {
    const { status, body } = await getApp(token);
    assert.equal(status, 401, token);
    assert.ok([5, 43].includes(body.code), `${body.code} ${body.message}`);
  }
});

test('the key of a signature is the secret as it is written, not decoded', async () => {
  const token = app.sign({ user_id: 'john' }, { secret: Buffer.from(app.secret, 'base64') });
  await notAuthenticated(getApp(token), 43, badSignature(app.key));
});

test('headers with other fields in another order are accepted', async () => {
  await assertSignsIn(app, app.sign({ user_id: 'john' }, { header: { kid: 'a', typ: 'JWT', alg: 'HS256' } }), 'john');
});

test('trap 10: base64 is accepted in either alphabet, padded or not', async () => {
  let standard = '';
  for (const filler of ['', 'a', 'ab', '>>>>>>>>', '????????']) {
    const token = app.sign({ user_id: 'john', filler }, { encoding: 'base64' });
    await assertSignsIn(app, token, 'john');
    await assertSignsIn(app, app.sign({ user_id: 'john', filler }), 'john');
    standard += token;
  }
  assert.match(standard, /\+/);
  assert.match(standard, /\//);
  assert.match(standard, /=/);
});

test('Bearer before the token is tolerated', async () => {
  assert.equal((await getApp(`Bearer ${app.userToken('john')}`)).status, 200);
});

test('trap 22: the api key may be a header and the auth type a query parameter', async () => {
  const token = app.serverToken;
  assert.equal((await getApp(token, { key: null, headers: { api_key: app.key } })).status, 200);
  assert.equal((await getApp(token, { authType: null, query: { 'stream-auth-type': 'jwt' } })).status, 200);
});

test('trap 23: header names are taken in any case', async () => {
  const { hostname, port } = new URL(app.address);
  const status = await new Promise((resolve, reject) => {
    const headers = { 'Stream-Auth-Type': 'jwt', AUTHORIZATION: app.serverToken };
    httpRequest({ hostname, port, path: `/api/v2/app?api_key=${app.key}`, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  assert.equal(status, 200);
});

test('the api key is checked before the auth type, the auth type before the token', async () => {
  await notAuthenticated(getApp('garbage', { key: null, authType: null }), 2, 'api_key or app_id not provided');
  await notAuthenticated(getApp('garbage', { key: 'nobodyskey', authType: null }), 2, 'api_key not valid');
  await notAuthenticated(getApp('garbage', { authType: null }), 5, 'stream-auth-type missing or invalid');
});

test('the signature is checked before the times', async () => {
  const expired = app.userToken('john', { iat: now() - 7200 });
  await notAuthenticated(getApp(tampered(expired)), 43, badSignature(app.key));
});

test('a token expires when the clock of its app passes exp, without leeway', async () => {
  const timed = await newApp('expiry');
  await timed.freeze('2030-01-01T00:00:00Z');
  const token = await timed.provide('john', 60);
  const call = () => timed.call('GET', '/api/v2/app', { token });

  await timed.advance('59s');
  assert.equal((await call()).status, 200);
  await timed.advance('2s');
  await notAuthenticated(call(), 40, EXPIRED);
});

test('a token becomes valid when the clock of its app reaches nbf', async () => {
  const timed = await newApp('not before');
  await timed.emulator({ token_times: 'app' });
  await timed.freeze('2030-01-01T00:00:00Z');
  const token = timed.sign({ user_id: 'john', nbf: seconds('2030-01-01T00:00:10Z') });
  const call = () => timed.call('GET', '/api/v2/app', { token });

  await notAuthenticated(call(), 41, 'JWTAuth error: token is not valid yet (nbf)');
  await timed.advance('10s');
  assert.equal((await call()).status, 200);
});

test('trap 12: an iat of now passes and one of the next second is refused', async () => {
  const timed = await newApp('issued now');
  await timed.emulator({ token_times: 'app' });
  await timed.freeze('2030-01-01T00:00:00.200Z');
  const issued = (at) => timed.call('GET', '/api/v2/app', { token: timed.sign({ user_id: 'john', iat: seconds(at) }) });

  assert.equal((await issued('2030-01-01T00:00:00Z')).status, 200);
  await notAuthenticated(issued('2030-01-01T00:00:01Z'), 42, 'JWTAuth error: token used before issue at (iat)');
});

test('a tolerated leeway for iat is a setting of the app', async () => {
  const timed = await newApp('iat leeway');
  await timed.emulator({ token_times: 'app' });
  await timed.freeze('2030-01-01T00:00:00Z');
  const token = timed.sign({ user_id: 'john', iat: seconds('2030-01-01T00:00:01Z') });
  await timed.emulator({ iat_leeway_seconds: 1 });
  assert.equal((await timed.call('GET', '/api/v2/app', { token })).status, 200);
});

test('a client that is told of an expired token fetches a fresh one and goes on', async () => {
  const timed = await newApp('refresh');
  await timed.freeze('2030-01-01T00:00:00Z');
  let fetched = 0;
  const client = timed.feeds(() => {
    fetched += 1;
    return timed.provide('john', 60);
  });

  await client.getApp();
  await timed.advance('2m');
  await client.getApp();
  assert.equal(fetched, 2);
});

test('trap 17: a token of a user who does not exist yet is good for reads, and a write creates the user', async () => {
  const client = app.as('newcomer');
  assert.ok((await client.getApp()).app.name);
  await client.queryUsers({ payload: { filter_conditions: {} } });
  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'newcomer' } } });
  assert.deepEqual(users, []);

  await client.createDevice({ id: 'phone of newcomer', push_provider: 'firebase' });
  const after = await app.node.queryUsers({ payload: { filter_conditions: { id: 'newcomer' } } });
  assert.deepEqual(after.users.map(({ id, role }) => [id, role]), [['newcomer', 'user']]);
});

test('unknown users are refused where the app says so (row 16)', async () => {
  const strict = await newApp('strict');
  await strict.emulator({ unknown_user: 'refuse' });
  const expected = { status: 404, code: 16, operation: 'GetApp', reason: 'the user ghost does not exist' };
  await refused(strict.as('ghost').getApp(), expected);
  await strict.node.upsertUsers([{ id: 'ghost' }]);
  assert.ok((await strict.as('ghost').getApp()).app);
});
