// What every answer has in common: the shape of errors, their order, status codes, and headers.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { assertErrorBody, newApp, refused, request, tampered } from './helpers.mjs';

const app = await newApp('errors');
await app.node.upsertUsers([{ id: 'john' }]);

const NOT_FOUND = { status: 404, code: 16, operation: 'Request', reason: 'Not Found' };

test('a path that does not exist is not found, with or without credentials', async () => {
  for (const path of ['/api/v2/nothing', '/api/v2/users/john/nothing', '/nothing', '/video/nothing', '/api/v1/users']) {
    await refused(app.call('GET', path, { token: app.serverToken }), NOT_FOUND);
    await refused(request('GET', path), NOT_FOUND);
  }
});

test('trap 25: a wrong method is not found, and not 405', async () => {
  for (const [method, path] of [
    ['DELETE', '/api/v2/app'],
    ['PUT', '/api/v2/users'],
    ['GET', '/api/v2/users/delete'],
    ['POST', '/api/v2/tasks/1'],
    ['PATCH', '/guest'],
  ]) {
    await refused(app.call(method, path, { token: app.serverToken, body: method === 'GET' ? undefined : {} }), NOT_FOUND);
  }
});

test('trap 14: errors of every kind have the six fields, and the status that they name', async () => {
  const token = app.serverToken;
  for (const [expected, call] of [
    [401, app.call('GET', '/api/v2/app', { key: null })],
    [401, app.call('GET', '/api/v2/app', { token: 'garbage' })],
    [401, app.call('GET', '/app', { token: tampered(token) })],
    [403, app.call('PATCH', '/api/v2/app', { token: app.userToken('john'), body: {} })],
    [400, app.call('POST', '/api/v2/users', { token, body: '{' })],
    [404, app.call('GET', '/api/v2/tasks/nothing', { token })],
    [404, app.call('GET', '/nowhere', { token })],
    [501, app.call('POST', '/api/v2/chat/channels', { token, body: {} })],
  ]) {
    const response = await call;
    assert.equal(response.status, expected, response.text);
    assertErrorBody(response);
    assert.deepEqual(
      ['StatusCode', 'code', 'details', 'duration', 'message', 'more_info'].filter((key) => !(key in response.body)),
      [],
    );
  }
});

test('trap 13: POST and PUT answer 201, GET, PATCH and DELETE 200', async () => {
  const statuses = {};
  const note = async (name, call) => {
    statuses[name] = (await call).metadata.responseCode;
  };
  const user_id = 'john';
  await note('GET app', app.node.getApp());
  await note('PATCH app', app.node.updateApp({}));
  await note('GET users', app.node.queryUsers({ payload: { filter_conditions: {} } }));
  await note('POST users', app.node.upsertUsers([{ id: user_id }]));
  await note('PATCH users', app.node.updateUsersPartial({ users: [{ id: user_id, set: { a: 1 } }] }));
  await note('POST devices', app.node.createDevice({ id: 'phone', push_provider: 'apn', user_id }));
  await note('DELETE devices', app.node.deleteDevice({ id: 'phone', user_id }));
  await note('POST guest', app.node.createGuest({ user: { id: 'visitor' } }));
  await note('POST roles', app.node.createRole({ name: 'singer' }));
  await note('DELETE roles', app.node.deleteRole({ name: 'singer' }));
  await note('POST export', app.node.exportUsers({ user_ids: [user_id] }));
  for (const [name, status] of Object.entries(statuses)) assert.equal(status, name.startsWith('POST') ? 201 : 200, name);

  const body = { id: 'perm', name: 'Perm', action: 'ReadChannel', condition: {} };
  const token = app.serverToken;
  assert.equal((await app.call('POST', '/api/v2/permissions', { token, body })).status, 201);
  assert.equal((await app.call('PUT', '/api/v2/permissions/perm', { token, body })).status, 201);
  assert.equal((await app.call('PUT', '/permissions/perm', { token, body })).status, 200);
});

test('credentials are judged before the body is read', async () => {
  await refused(app.call('POST', '/api/v2/users', { token: 'garbage', body: '{' }), {
    status: 401,
    code: 5,
    operation: 'UpdateUsers',
    reason: /^JWTAuth error/,
  });
  await refused(app.call('POST', '/api/v2/users/delete', { token: app.userToken('john'), body: '{' }), {
    status: 403,
    code: 17,
    operation: 'DeleteUsers',
    reason: /./,
  });
});

test('a body that is no JSON is refused, and so is one of the wrong kind', async () => {
  const badInput = (reason) => ({ status: 400, code: 4, operation: 'UpdateUsers', reason });
  for (const body of ['', '{', 'users', '{"users":{}} trailing']) {
    await refused(app.call('POST', '/api/v2/users', { token: app.serverToken, body }), badInput(/./));
  }
  await refused(app.call('POST', '/api/v2/users', { token: app.serverToken, body: '{' }), badInput('invalid json data'));
  await refused(app.call('POST', '/api/v2/users', { token: app.serverToken, body: '[]' }), badInput(/./));
});

test('fields that nobody knows are ignored', async () => {
  const { status, body } = await app.call('POST', '/api/v2/users', {
    token: app.serverToken,
    body: { users: { john: { id: 'john', flavour: 'vanilla' } }, of_tomorrow: true },
  });
  assert.equal(status, 201, JSON.stringify(body));
});

test('the message names the operation, in either dialect', async () => {
  const expected = { status: 404, code: 16, operation: 'GetTask', reason: 'Can\'t find task with id "x"' };
  await refused(app.call('GET', '/api/v2/tasks/x', { token: app.serverToken }), expected);
  await refused(app.call('GET', '/tasks/x', { token: app.serverToken }), expected);
});

test('an operation that is not built still wants credentials', async () => {
  const { status, body } = await app.call('POST', '/api/v2/chat/channels', { token: 'garbage', body: {} });
  assert.equal(`${status}/${body.code}`, '401/5', body.message);
  assert.ok(body.message.startsWith('Request failed with error: '), body.message);
});

test('a browser may call: preflights need no credentials and allow what the SDKs send', async () => {
  const wanted = ['authorization', 'content-type', 'stream-auth-type', 'x-stream-client', 'x-client-request-id'];
  for (const path of ['/api/v2/app', '/api/v2/users', '/guest', '/api/v2/chat/channels']) {
    const { status, headers } = await request('OPTIONS', path, {
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': wanted.join(', '),
      },
    });
    assert.ok(status >= 200 && status < 300, `${path}: ${status}`);
    assert.equal(headers.get('access-control-allow-origin'), '*');
    const allowed = headers.get('access-control-allow-headers').toLowerCase().split(/\s*,\s*/);
    for (const name of wanted) assert.ok(allowed.includes(name), name);
    const methods = headers.get('access-control-allow-methods');
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) assert.ok(methods.includes(method), method);
  }
});

test('a browser may read the answers and the headers of rate limits, also of refusals', async () => {
  for (const token of [app.serverToken, 'garbage']) {
    const { headers } = await app.call('GET', '/api/v2/app', { token, headers: { origin: 'https://app.example.com' } });
    assert.equal(headers.get('access-control-allow-origin'), '*');
    const exposed = headers.get('access-control-expose-headers').toLowerCase();
    for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
      assert.ok(exposed.includes(name), name);
    }
  }
});

test('trap 30: an answer is compressed only where it says so', async () => {
  const { hostname, port } = new URL(app.address);
  const headers = { 'accept-encoding': 'gzip', 'stream-auth-type': 'jwt', authorization: app.serverToken };
  const [encoding, bytes] = await new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path: `/api/v2/app?api_key=${app.key}`, headers, agent: false }, async (response) => {
      resolve([response.headers['content-encoding'], Buffer.concat(await response.toArray())]);
    })
      .on('error', reject)
      .end();
  });
  assert.ok([undefined, 'identity', 'gzip'].includes(encoding), encoding);
  assert.equal(JSON.parse(encoding === 'gzip' ? gunzipSync(bytes) : bytes).app.name, 'errors');
});
