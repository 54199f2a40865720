// How expired and revoked tokens are refreshed: over HTTP, at connect, and while a socket is open. The calls of the token
// provider are counted, since an SDK that asks once too often here asks without end elsewhere. No test waits for a token
// to expire: the app's clock is moved.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AT_ONCE, EXPIRED, newApp, REVOKED } from './helpers.mjs';
import { bounded, Chat, client, closed, Feeds, online, pinged, provider, refusedAtConnect, SDKS, tap, Video } from './sockets.mjs';

const MINUTE = 60;
const john = { id: 'john', name: 'John' };
const badSignature = (app) =>
  `JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key "${app.key}"`;

/** Providers that no connect may have called again by the end of the file. */
const finished = [];
const done = (provide) => finished.push([provide, provide.calls]);

/** An app of the test's own, whose clock it may move; and a provider that mints by that clock. */
async function ownApp(name) {
  const app = await newApp(`refresh: ${name}`);
  return { app, mint: () => app.provide('john'), brief: () => app.provide('john', MINUTE) };
}

describe('refresh', AT_ONCE, () => {
  for (const Sdk of SDKS) {
    test(`${Sdk.sdk}: a token that is good is asked for once`, async (t) => {
      const { app, mint } = await ownApp('good');
      const provide = provider(mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      await user.read();
      await user.read();
      assert.equal(provide.calls, 1);
      done(provide);
    });

    test(`${Sdk.sdk}: a token that expired before connect is refreshed once (2 calls)`, async (t) => {
      const { app, mint, brief } = await ownApp('expired at connect');
      const stale = await brief();
      await app.advance('2m');
      const provide = provider(stale, mint);
      const user = client(t, Sdk, app);
      const me = await user.connect(john, provide);
      assert.equal(me.id, 'john');
      assert.equal(provide.calls, 2);
      await user.read();
      assert.equal(provide.calls, 2);
      done(provide);
    });

    test(`${Sdk.sdk}: a token that expires between two calls is refreshed once (2 calls)`, async (t) => {
      const { app, mint, brief } = await ownApp('expired between calls');
      const provide = provider(brief, mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      await user.read();
      assert.equal(provide.calls, 1);
      await app.advance('2m');
      await user.read();
      assert.equal(provide.calls, 2);
      await user.read();
      assert.equal(provide.calls, 2);
      done(provide);
    });

    test(`${Sdk.sdk}: a token that expires while the socket is open is refreshed without the page's doing (2 calls)`, async (t) => {
      const { app, mint, brief } = await ownApp('expired while open');
      await app.emulator({ open_sockets: { on_expiry: 'close' } });
      const provide = provider(brief, mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      const close = closed(user);
      const again = online(user);
      await app.advance('2m');
      assert.deepEqual(await close, { code: 4001, reason: 'the token has expired' });
      await again;
      assert.equal(provide.calls, 2);
      await pinged(user);
      await user.read();
      assert.equal(provide.calls, 2);
      done(provide);
    });

    test(`${Sdk.sdk}: tokens of a user that are revoked while it is connected are refreshed (2 calls)`, async (t) => {
      const { app, mint } = await ownApp('user revoked');
      const provide = provider(mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      const { now } = await app.advance('1m');
      const close = closed(user);
      const again = online(user);
      await app.node.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: now } }] });
      assert.deepEqual(await close, { code: 4001, reason: 'the token was revoked' });
      await again;
      assert.equal(provide.calls, 2);
      await user.read();
      assert.equal(provide.calls, 2);
      done(provide);
    });

    test(`${Sdk.sdk}: tokens of the app that are revoked while a user is connected are refreshed (2 calls)`, async (t) => {
      const { app, mint } = await ownApp('app revoked');
      const provide = provider(mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      const { now } = await app.advance('1m');
      const close = closed(user);
      const again = online(user);
      await app.node.updateApp({ revoke_tokens_issued_before: new Date(now) });
      assert.deepEqual(await close, { code: 4001, reason: 'the token was revoked' });
      await again;
      assert.equal(provide.calls, 2);
      await user.read();
      assert.equal(provide.calls, 2);
      done(provide);
    });

    test(`${Sdk.sdk}: a revoked token at connect is refreshed once (2 calls)`, async (t) => {
      const { app, mint } = await ownApp('revoked at connect');
      const revoked = await mint();
      const { now } = await app.advance('1m');
      await app.node.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: now } }] });
      const provide = provider(revoked, mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      assert.equal(provide.calls, 2);
      done(provide);
    });

    test(`${Sdk.sdk}: a token signed with another secret is asked for once and refused for good`, async (t) => {
      const { app } = await ownApp('wrong secret');
      const provide = provider(app.sign({ user_id: 'john' }, { secret: 'another secret' }));
      const user = client(t, Sdk, app);
      await refusedAtConnect(user.connect(john, provide), Sdk, { status: 401, code: 43, text: badSignature(app) });
      assert.equal(provide.calls, 1);
      done(provide);
    });

    test(`${Sdk.sdk}: a static token that has expired is an error, at connect and over HTTP`, async (t) => {
      const { app, brief } = await ownApp('static');
      const token = await brief();
      const before = client(t, Sdk, app);
      await before.connect(john, token);
      await app.advance('2m');
      await assert.rejects(before.read(), ({ code, message }) => code === 40 && message.includes(EXPIRED));
      const user = client(t, Sdk, app);
      await refusedAtConnect(user.connect(john, token), Sdk, { status: 401, code: 40, text: EXPIRED });
    });

    test(`${Sdk.sdk}: a static token that is revoked is an error`, async (t) => {
      const { app, mint } = await ownApp('static, revoked');
      const token = await mint();
      const { now } = await app.advance('1m');
      await app.node.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: now } }] });
      const user = client(t, Sdk, app);
      await refusedAtConnect(user.connect(john, token), Sdk, { status: 401, code: 40, text: REVOKED });
      await app.node.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: null } }] });
      const undone = client(t, Sdk, app);
      assert.equal((await undone.connect(john, token)).id, 'john');
    });

    test(`${Sdk.sdk}: the docs, "How to refresh expired tokens", step by step`, async (t) => {
      const { app, brief } = await ownApp('the docs');
      const { at, seen } = await tap(t, app);
      const tokens = [];
      let release;
      const backend = new Promise((resolve) => (release = resolve));
      const remembered = async (token) => tokens.push(await token) && tokens.at(-1);
      const provide = provider(
        () => remembered(brief()),
        () => backend.then(() => remembered(app.provide('john'))),
      );
      const sent = () => seen.filter(({ method }) => method === 'GET');

      // 1. "initialized using the API Key and the token provider"
      const user = client(t, Sdk, app, { at });
      assert.equal(provide.calls, 0, 'nobody asks for a token before connectUser');

      // 2. "will use the token provider to fetch the token when connectUser is called"
      await user.connect(john, provide);
      assert.equal(provide.calls, 1, 'the token provider is called at connectUser');
      await user.read();
      assert.deepEqual(sent().map(({ token, status }) => [token, status]), [[tokens[0], 200]], 'the token is used');

      // 3. "When the token expires, the API will return a specific Authentication error code"
      await app.advance('2m');
      const refused = await app.call('GET', '/api/v2/app', { token: tokens[0] });
      assert.equal(`${refused.status}/${refused.body.code}`, '401/40', 'the specific Authentication error code');
      const first = user.read();
      await provide.called(2);
      assert.deepEqual([sent()[1].token, sent()[1].status], [tokens[0], 401], 'the expired token was refused');

      // 4. "will pause API requests and use the token provider to obtain a fresh token"
      let answered = 0;
      const waiting = [first, user.read(), user.read()];
      for (const call of waiting) call.then(() => (answered += 1));
      await app.call('GET', '/api/v2/app', { token: app.serverToken });
      assert.equal(sent().length, 2, 'API requests are paused: none is sent');
      assert.equal(answered, 0, 'API requests are paused: none is answered');
      assert.equal(provide.calls, 2, 'the token provider is called once for all of them');

      // 5. "The token provider returns a new token (ie. from your backend)"
      release();
      await bounded(Promise.all(waiting), 'the waiting API calls');
      assert.equal(tokens.length, 2);
      assert.notEqual(tokens[1], tokens[0], 'the token is a new one');

      // 6. "replaces the old token with the new one and use it for all waiting and future API calls"
      assert.equal(sent().length, 5, 'all waiting calls are sent, each once');
      for (const { token, status } of sent().slice(2)) {
        assert.deepEqual([token, status], [tokens[1], 200], 'all waiting API calls use the new token');
      }
      await user.read();
      await user.read();
      for (const { token, status } of sent().slice(5)) {
        assert.deepEqual([token, status], [tokens[1], 200], 'future API calls use the new token');
      }
      assert.equal(sent().length, 7);
      assert.equal(provide.calls, 2, 'the old token is replaced: nobody asks again');
      done(provide);
    });
  }

  // stream-chat asks once more in the background, but by then its connectUser has failed; video-client does not.
  for (const [Sdk, calls] of [[Chat, 2], [Video, 1]]) {
    test(`${Sdk.sdk}: a provider that fails once makes connectUser fail; the page may call it again`, async (t) => {
      const { app, mint } = await ownApp('provider throws once');
      const provide = provider(new Error('the backend sleeps'), mint);
      const user = client(t, Sdk, app);
      await assert.rejects(user.connect(john, provide), /the backend sleeps/);
      assert.equal(provide.calls, calls);
      await user.disconnect();
      const again = client(t, Sdk, app);
      assert.equal((await again.connect(john, provide)).id, 'john');
      assert.equal(provide.calls, calls + 1);
      done(provide);
    });

    test(`${Sdk.sdk}: a provider that always fails makes connectUser fail`, async (t) => {
      const { app } = await ownApp('provider always throws');
      const provide = provider(new Error('the backend sleeps'));
      const user = client(t, Sdk, app);
      await assert.rejects(user.connect(john, provide), /the backend sleeps/);
      assert.equal(provide.calls, calls);
      done(provide);
    });
  }

  test('feeds-client: a provider that fails once is asked again by the SDK itself (2 calls)', async (t) => {
    const { app, mint } = await ownApp('provider throws once');
    const provide = provider(new Error('the backend sleeps'), mint);
    const user = client(t, Feeds, app);
    assert.equal((await user.connect(john, provide)).id, 'john');
    assert.equal(provide.calls, 2);
    done(provide);
  });

  test('feeds-client: a provider that fails during a refresh is asked again by the SDK itself (3 calls)', async (t) => {
    const { app, mint, brief } = await ownApp('provider throws at refresh');
    const provide = provider(brief, new Error('the backend sleeps'), mint);
    const user = client(t, Feeds, app);
    await user.connect(john, provide);
    await app.advance('2m');
    await user.read();
    assert.equal(provide.calls, 3);
    done(provide);
  });

  test('feeds-client: a provider that always fails is asked twice three times, then connectUser fails', async (t) => {
    const { app } = await ownApp('provider always throws');
    const provide = provider(new Error('the backend sleeps'));
    const user = client(t, Feeds, app);
    await assert.rejects(user.connect(john, provide), /tried to get token 3 times.*the backend sleeps/);
    assert.equal(provide.calls, 6);
    done(provide);
  });
});

test('no SDK asks its token provider again when it has what it wanted, or was refused for good', () => {
  assert.ok(finished.length > 30);
  for (const [provide, calls] of finished) assert.equal(provide.calls, calls);
});
