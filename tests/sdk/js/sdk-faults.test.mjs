// What the SDKs do wrong by themselves, in production as here: shown, so that nobody looks for it in millpond; each with
// what the author of a test can do about it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { AT_ONCE, newApp, REVOKED } from './helpers.mjs';
import { Chat, client, closed, Feeds, online, provider, record, SDKS, Video } from './sockets.mjs';

const john = { id: 'john' };
const stopped = [];

describe('what SDKs do by their own fault', AT_ONCE, () => {
  for (const Sdk of SDKS) {
    const verb = Sdk === Chat ? 'shows but does not act on' : 'swallows';
    test(`trap 18: ${Sdk.sdk} ${verb} the first connection.error of an open socket`, async (t) => {
      const app = await newApp('trap 18');
      const provide = provider(() => app.provide('john'));
      const session = client(t, Sdk, app);
      await session.connect(john, provide);
      const frames = [];
      session.connection.ws.addEventListener('message', ({ data }) => frames.push(JSON.parse(data)));
      const types = record(session);
      const close = closed(session);
      const again = online(session);
      const { now } = await app.advance('1m');
      await app.node.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: now } }] });
      // It was sent, in full ...
      await close;
      const [error] = frames.filter(({ type }) => type === 'connection.error');
      assert.deepEqual([error.error.code, error.error.StatusCode, error.error.message], [40, 401, REVOKED]);
      // ... no listener hears of it, and no token is asked for: that comes of the close alone, one refused connect later.
      assert.equal(types.includes('connection.error'), Sdk === Chat);
      assert.equal(provide.calls, 1);
      await again;
      assert.equal(provide.calls, 2);
    });
  }

  for (const Sdk of SDKS) {
    test(`trap 19: ${Sdk.sdk} asks its provider without limit while the tokens stay refused; disconnectUser ends it`, async (t) => {
      const app = await newApp('trap 19');
      const session = client(t, Sdk, app);
      const stale = await app.provide('john', 60);
      const provide = provider(stale);
      await session.connect(john, provide);
      await app.advance('2m');
      await app.emulator({ open_sockets: { on_expiry: 'close' } });
      await provide.called(3);
      await session.disconnect();
      stopped.push([provide, provide.calls]);
    });

    test(`trap 19: ${Sdk.sdk} repeats a call without limit while the tokens stay refused; a provider that throws ends it`, async (t) => {
      const app = await newApp('trap 19, HTTP');
      const session = client(t, Sdk, app);
      const stale = await app.provide('john', 60);
      // An honest provider gives up at some time: three stale tokens are enough to know.
      const provide = provider(stale, stale, stale, stale, new Error('the backend gives up'));
      await session.connect(john, provide);
      await app.advance('2m');
      await assert.rejects(session.read(), /the backend gives up/);
      // feeds-client asks three times before it believes that a provider fails.
      assert.equal(provide.calls, Sdk === Feeds ? 7 : 5);
      stopped.push([provide, provide.calls]);
    });
  }

  test('trap 19: connectUser asks on while the tokens stay refused, and gives up after 15 s', async (t) => {
    const app = await newApp('trap 19, connect');
    const stale = await app.provide('john', 60);
    await app.advance('2m');
    const attempts = SDKS.map(async (Sdk) => {
      const provide = provider(stale);
      const connect = client(t, Sdk, app).connect(john, provide);
      await assert.rejects(connect, /initial WS connection could not be established|token is expired/);
      assert.ok(provide.calls > 2, `${Sdk.sdk}: ${provide.calls} calls`);
    });
    await Promise.all(attempts);
  });

  for (const Sdk of [Chat, Video]) {
    test(`${Sdk.sdk}: a provider that fails during a refresh over HTTP is not asked again by later calls`, async (t) => {
      const app = await newApp('provider fails in a refresh');
      const provide = provider(await app.provide('john', 60), new Error('the backend sleeps'), () => app.provide('john'));
      const session = client(t, Sdk, app);
      await session.connect(john, provide);
      await app.advance('2m');
      await assert.rejects(session.read(), /the backend sleeps/);
      await assert.rejects(session.read(), /the backend sleeps/, 'the failure is remembered');
      assert.equal(provide.calls, 2);
      // What helps: to sign in anew.
      await session.disconnect();
      await session.connect(john, provide);
      await session.read();
      assert.equal(provide.calls, 3);
    });
  }

  test('all three stay down after a close with 1000, and believe to be healthy', async (t) => {
    for (const Sdk of SDKS) {
      const app = await newApp('closed with 1000');
      const session = client(t, Sdk, app);
      await session.connect(john, app.userToken('john'));
      const close = closed(session);
      await app.node.deleteUsers({ user_ids: ['john'] });
      assert.equal((await close).code, 1000);
      assert.equal(session.connection.isHealthy, true);
    }
  });

  test('video-client: a second attempt of connectUser leaves a rejection unhandled, which ends a Node process', async () => {
    const app = await newApp('unhandled');
    const script = `
      import { StreamVideoClient } from '@stream-io/video-client';
      import { WebSocket } from 'ws';
      globalThis.WebSocket ??= WebSocket;
      const client = new StreamVideoClient({
        apiKey: process.env.KEY,
        options: { baseURL: process.env.URL + '/video', clientEventsReportingEnabled: false, logger() {} },
      });
      let calls = 0;
      const provider = async () => { calls += 1; console.log(calls); return process.env.TOKEN; };
      await client.connectUser({ id: 'john' }, provider).catch(() => console.log('refused'));
    `;
    const env = { ...process.env, KEY: app.key, URL: app.address, TOKEN: app.sign({ user_id: 'john' }, { secret: 'x' }) };
    delete env.NODE_OPTIONS;
    const { error, stdout, stderr } = await new Promise((resolve) => {
      execFile(process.execPath, ['--input-type=module', '--eval', script], { env }, (error, stdout, stderr) =>
        resolve({ error, stdout, stderr }));
    });
    assert.equal(error?.code, 1);
    assert.deepEqual(stdout.trim().split('\n'), ['1', '2'], 'the second attempt asks for a second token');
    assert.match(stderr, /"code":43/);
  });
});

test('none of those that were stopped goes on', () => {
  assert.equal(stopped.length, 6);
  for (const [provide, calls] of stopped) assert.equal(provide.calls, calls);
});
