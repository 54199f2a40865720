// millpond/testing alone, each part of an app against what the binary itself says.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FeedsClient } from '@stream-io/feeds-client';
import { StreamClient } from '@stream-io/node-sdk';
import WebSocket from 'ws';

import { binary, emptyFolder, here, run, started } from './support.mjs';

globalThis.WebSocket ??= WebSocket; // Node below 22

const helper = join(here, 'node_modules/millpond/testing.js');
let testing, millpond;

before(async () => {
  testing = createRequire(import.meta.url)('millpond/testing');
  millpond = await testing.startMillpond({ fixture: 'quickstart' });
});

after(() => millpond.stop());

const backend = (app) => new StreamClient(app.apiKey, app.apiSecret, { basePath: app.url });

/** GetApp as a user. */
async function getApp(app, token = app.tokens.john) {
  const headers = { 'stream-auth-type': 'jwt', authorization: token };
  const answer = await fetch(`${app.url}/api/v2/app?api_key=${app.apiKey}`, { headers });
  return { status: answer.status, body: await answer.json() };
}

describe('an app', { concurrency: 4 }, () => {
  test('has the variables that the binary prints', async () => {
    const app = await millpond.cloneApp();
    const args = ['env', '--json', '--url', millpond.url, '--app', app.apiKey];
    assert.deepEqual(app.env, JSON.parse((await run(binary, args)).stdout));
    assert.equal(millpond.env.STREAM_API_KEY, millpond.app.apiKey);
  });

  test('is gone with its test', async () => {
    const app = await millpond.cloneApp({ ttl: '1m', name: 'a copy' });
    assert.equal((await getApp(app)).status, 200);
    await app[Symbol.asyncDispose]();
    assert.equal((await getApp(app)).status, 401);
    await app.delete(); // nothing more to do
  });

  test('mints and provides tokens', async () => {
    const app = await millpond.cloneApp();
    assert.equal((await getApp(app, await app.token('john', { ttl: '1h' }))).status, 200);
    assert.equal((await getApp(app, await app.tokenProvider('jane')())).status, 200);
    const server = await app.token({ kind: 'server' });
    assert.equal((await getApp(app, server)).status, 200);
    assert.equal((await getApp(app, await app.token({ userId: 'john', iat: '-2h', exp: '-1h' }))).body.code, 40);
  });

  test('moves its clock', async () => {
    const app = await millpond.cloneApp();
    await app.clock.freeze('2040-01-01T12:00:00Z');
    assert.deepEqual(await app.clock.now(), new Date('2040-01-01T12:00:00Z'));
    const moved = await app.clock.advance('1h');
    assert.equal(moved.mode, 'frozen');
    assert.equal(moved.offsetSeconds, null);
    assert.deepEqual(await app.clock.now(), new Date('2040-01-01T13:00:00Z'));
    await app.clock.freeze(new Date('2041-01-01T00:00:00Z'));
    assert.deepEqual(await app.clock.now(), new Date('2041-01-01T00:00:00Z'));
    assert.equal((await app.clock.system()).mode, 'system');
  });

  test('makes calls fail, and answers others', async () => {
    const app = await millpond.cloneApp();
    const fault = await app.faults.add({ operation: 'GetApp', userId: 'john', then: { rateLimit: '30s' } });
    assert.equal(fault.userId, 'john');
    assert.equal((await getApp(app)).status, 429);
    assert.equal((await getApp(app)).status, 200);
    assert.equal((await app.faults.list())[0].hits, 1);
    await app.faults.delete(fault.id);
    assert.deepEqual(await app.faults.list(), []);

    await app.stubs.put({ operation: 'GetApp', body: { userId: 'as_it_is' } });
    assert.deepEqual((await getApp(app)).body, { userId: 'as_it_is' });
    await app.stubs.clear();
    assert.ok((await getApp(app)).body.app);
  });

  test('tells what it received', async () => {
    const app = await millpond.cloneApp();
    const waiting = app.requests.waitFor({ operation: 'GetApp', userId: 'john', count: 2 });
    await getApp(app);
    await getApp(app);
    const [entry] = await waiting;
    assert.deepEqual([entry.operation, entry.userId, entry.status], ['GetApp', 'john', 200]);
    assert.equal(await app.requests.count({ userId: 'john' }), 2);
    assert.equal((await app.requests.list({ limit: 1 })).length, 1);
    await app.requests.verify({ operation: 'GetApp', times: 2 });
    await assert.rejects(app.requests.verify([{ operation: 'GetApp', times: 3 }]), /GetApp was called 2 times.*; expected exactly 3/s);
    await assert.rejects(
      app.requests.waitFor({ operation: 'Connect', timeout: '1ms' }),
      /not what was waited for:\n\{"operation":"Connect","timeout":"1ms"\}/,
    );
    await app.requests.clear();
    await app.requests.verify({ operation: 'GetApp', times: 0 });
    await assert.rejects(app.requests.list({ nonsense: 1 }), (error) => error instanceof testing.MillpondError && error.status === 400);
  });

  test('goes back to a state, and to the fixture', async () => {
    const app = await millpond.cloneApp();
    const names = async () => (await backend(app).queryUsers({ payload: { filter_conditions: { id: 'john' } } })).users[0].name;
    const rename = (name) => backend(app).updateUsersPartial({ users: [{ id: 'john', set: { name } }] });
    await rename('Johnny');
    await app.snapshot('renamed');
    await rename('Jack');
    await app.restore('renamed');
    assert.equal(await names(), 'Johnny');
    await app.reset();
    assert.equal(await names(), 'John');
  });

  test('closes connections', async () => {
    const app = await millpond.cloneApp();
    const client = new FeedsClient(app.apiKey, { base_url: app.url });
    await client.connectUser({ id: 'john' }, app.tokenProvider('john'));
    const [{ userId }] = await app.connections.list({ userId: 'john' });
    assert.equal(userId, 'john');
    assert.equal(await app.connections.close({ userId: 'jane' }), 0);
    assert.equal(await app.connections.close({ userId: 'john', code: 4001 }), 1);
    await app.requests.waitFor({ operation: 'Disconnect', status: 4001 });
    await client.disconnectUser();
  });
});

describe('a millpond', () => {
  const joined = (url, apiKey) => testing.startMillpond({ url, apiKey });

  test('that runs is joined, and left running', async () => {
    const other = await joined(millpond.url);
    assert.equal(other.app.apiKey, millpond.app.apiKey);
    assert.equal(other.app.apiSecret, millpond.app.apiSecret);
    await other.stop();
    assert.equal((await millpond.control('GET', '/health')).ready, true);
  });

  test('around the tests is joined by its variables', async (t) => {
    const script = `
      require(${JSON.stringify(helper)}).startMillpond().then((millpond) => {
        const { MILLPOND_URL, STREAM_API_KEY } = process.env;
        console.log(millpond.url === MILLPOND_URL, millpond.app.apiKey === STREAM_API_KEY);
      });`;
    const file = `${await emptyFolder(t)}/joined.cjs`;
    await writeFile(file, script);
    const { stdout, stderr } = await run(binary, ['exec', '--fixture', 'quickstart', '--', 'node', file]);
    assert.equal(stdout, 'true true\n', stderr);
  });

  test('that is joined has a named fixture in each clone, and stays as it is', async (t) => {
    const other = await testing.startMillpond({ url: millpond.url, fixture: 'multi-tenant' });
    const app = await other.cloneApp({ name: 'a test' });
    t.after(() => app.delete());
    const started = await testing.startMillpond({ fixture: 'multi-tenant' });
    t.after(() => started.stop());
    assert.deepEqual(Object.keys(app.tokens), Object.keys(started.app.tokens));
    const users = async (of) => (await backend(of).queryUsers({ payload: { filter_conditions: {} } })).users.map(({ id }) => id).sort();
    assert.deepEqual(await users(app), await users(started.app));
    assert.equal((await getApp(app)).body.app.name, 'a test');
    await backend(app).deleteUsers({ user_ids: ['rita'], user: 'hard' });
    await app.reset();
    assert.deepEqual(await users(app), await users(started.app), 'a reset goes back to it');
    assert.equal(app.env.MILLPOND_TOKEN_OMAR, app.tokens.omar);
    assert.deepEqual(Object.keys(other.app.tokens), Object.keys(millpond.app.tokens));
    assert.deepEqual(await users(await millpond.cloneApp()), await users(millpond.app));
  });

  test('that is joined has all of several fixtures', async (t) => {
    const more = `${await emptyFolder(t)}/more.yaml`;
    await writeFile(more, 'millpond: 1\napps: [{users: {paul: {name: Paul}}, tokens: {paul: {user: paul}}}]\n');
    const other = await testing.startMillpond({ url: millpond.url, fixture: ['quickstart', more] });
    const app = await other.cloneApp();
    assert.ok(app.tokens.john && app.tokens.paul);
  });

  test('that is joined and cannot take the fixture says so', async (t) => {
    const keys = async () => (await millpond.control('GET', '/apps')).apps.map(({ api_key: key }) => key);
    const before = await keys();
    const two = `${await emptyFolder(t)}/two.yaml`;
    await writeFile(two, 'millpond: 1\napps: [{name: one}, {name: two, api_key: two, api_secret: two}]\n');
    const clone = async (fixture) => (await testing.startMillpond({ url: millpond.url, fixture })).cloneApp();
    for (const [fixture, why] of [['quickstrat', /quickstart/], [two, /one app, not 2/]]) {
      await assert.rejects(clone(fixture), (error) => {
        assert.ok(error instanceof testing.MillpondError);
        for (const word of [fixture, millpond.url, 'was joined', 'without MILLPOND_URL']) assert.ok(error.message.includes(word), error.message);
        assert.match(error.message, why);
        return true;
      });
    }
    assert.deepEqual(await keys(), before, 'no half of a clone stays');
  });

  test('that does not know the key is refused', async () => {
    await assert.rejects(joined(millpond.url, 'production'), /has no app with the key production; it has millpond/);
    const file = `require(${JSON.stringify(helper)}).startMillpond().catch((error) => console.log(error.message))`;
    const env = { ...process.env, MILLPOND_URL: millpond.url, STREAM_API_KEY: 'production' };
    assert.match((await run('node', ['-e', file], { env })).stdout, /STREAM_API_KEY may be that of an app in production/);
  });

  test('that is none is refused', async (t) => {
    const answers = { '/_millpond/info': { name: 'millpond', nonce: 'always the same' }, '/_millpond/apps': { apps: [] } };
    const seen = [];
    const server = createServer((request, response) => {
      seen.push(request.method);
      response.end(JSON.stringify(answers[request.url.split('?')[0]]));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const url = `http://127.0.0.1:${server.address().port}`;
    await assert.rejects(joined(url), /the handshake of \/_millpond\/info was not echoed/);
    assert.deepEqual(seen, ['GET'], 'nothing is done to it');
    answers['/_millpond/info'] = undefined;
    await assert.rejects(joined(url), /does not answer as a millpond does/);
    await assert.rejects(joined('http://127.0.0.1:1'), /does not answer as a millpond does/);
  });

  test('that cannot start says why', async () => {
    await assert.rejects(testing.startMillpond({ fixture: 'quickstrat' }), /quickstart/);
  });

  test('ends with the process that started it, even when that is killed', async () => {
    const script = `require(${JSON.stringify(helper)}).startMillpond().then((m) => { console.log('at', m.url); setInterval(() => {}, 1000) })`;
    const { child, ended, match } = await started('node', ['-e', script], /at (.+)\n/);
    child.kill('SIGKILL');
    await ended;
    const health = `${match[1]}/_millpond/health`;
    const deadline = Date.now() + 10_000;
    while (await fetch(health).then(() => true, () => false)) assert.ok(Date.now() < deadline, 'it still answers');
  });
});
