// A moved clock and a backend that knows nothing of it: node-sdk and stream-chat mint by the wall's clock, as they do in
// production. However the app's clock is moved, a client asks its token provider once where its token has expired by then,
// and not at all where it has not. Nothing here waits for time: what would be asked without end is counted.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AT_ONCE, claimsOf, EXPIRED, newApp, refused } from './helpers.mjs';
import { client, provider, SDKS } from './sockets.mjs';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const john = { id: 'john', name: 'John' };

/** Tokens as backends mint them; `life` in seconds. */
const BACKENDS = {
  'node-sdk': (app, life) => app.node.generateUserToken({ user_id: 'john', validity_in_seconds: life }),
  'stream-chat, without iat': (app, life) => app.chat.createToken('john', Math.floor(Date.now() / 1000) + life),
  'a go backend, iat now': (app, life) => signed(app, life, 0),
  'a python backend, iat five seconds ago': (app, life) => signed(app, life, -5),
};

function signed(app, life, back) {
  const iat = Math.floor(Date.now() / 1000) + back;
  return app.sign({ user_id: 'john', iat, exp: iat + life });
}

/** Moves behind which a token of this life has expired, and moves behind which it has not. */
const PAST = [
  { name: 'half an hour, of a token of twenty minutes', life: 20 * MINUTE, move: (app) => app.advance('30m') },
  { name: 'an hour and a second, of a token of an hour', life: HOUR, move: (app) => app.advance('3601s') },
  { name: 'two days', life: HOUR, move: (app) => app.advance('2d') },
  { name: 'to 2040, where it stands still', life: HOUR, move: (app) => app.freeze('2040-01-01T00:00:00Z') },
];
const WITHIN = [
  { name: 'half an hour on', life: HOUR, move: (app) => app.advance('30m') },
  { name: 'an hour back', life: HOUR, move: (app) => app.advance('-1h') },
  { name: 'two days back', life: HOUR, move: (app) => app.advance('-2d') },
  { name: 'to 2020, where it stands still', life: HOUR, move: (app) => app.freeze('2020-01-01T00:00:00Z') },
];

describe('a moved clock', AT_ONCE, () => {
  for (const Sdk of SDKS) {
    for (const [backend, mint] of Object.entries(BACKENDS)) {
      const at = `${Sdk.sdk}, ${backend}`;
      for (const { name, life, move } of PAST) {
        test(`${at}: after a move past the token's life (${name}) a signed-in client asks once`, async (t) => {
          const app = await newApp(`moved: ${name}`);
          const provide = provider(() => mint(app, life));
          const user = client(t, Sdk, app);
          await user.connect(john, provide);
          await user.read();
          assert.equal(provide.calls, 1);
          // Mint, move and call fall into one second.
          await move(app);
          await user.read();
          assert.equal(provide.calls, 2);
          await user.read();
          assert.equal(provide.calls, 2);
        });
      }
      for (const { name, life, move } of WITHIN) {
        test(`${at}: after a move within the token's life (${name}) nobody asks`, async (t) => {
          const app = await newApp(`moved: ${name}`);
          const provide = provider(() => mint(app, life));
          const user = client(t, Sdk, app);
          await user.connect(john, provide);
          await move(app);
          await user.read();
          await user.read();
          assert.equal(provide.calls, 1);
        });
      }
      for (const { name, life, move } of [...PAST, ...WITHIN]) {
        test(`${at}: a sign-in right after a move (${name}) asks once`, async (t) => {
          const app = await newApp(`signed in behind a move: ${name}`);
          await move(app);
          const provide = provider(() => mint(app, life));
          const user = client(t, Sdk, app);
          await user.connect(john, provide);
          await user.read();
          await user.read();
          assert.equal(provide.calls, 1);
        });
      }
    }

    test(`${Sdk.sdk}: several moves, there and back, are each one question at the most`, async (t) => {
      const app = await newApp('moved there and back');
      const provide = provider(() => BACKENDS['node-sdk'](app, HOUR));
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      const asked = [];
      for (const by of ['2h', '-2h', '30m', '3h', '-1d']) {
        await app.advance(by);
        await user.read();
        asked.push(provide.calls);
      }
      // What was minted behind the first move is good up to three hours on, which only the fourth passes.
      assert.deepEqual(asked, [2, 2, 2, 3, 3]);
    });

    test(`${Sdk.sdk}: millpond's own provider mints by a moved and by a frozen clock`, async (t) => {
      for (const move of [(app) => app.advance('2d'), (app) => app.freeze('2040-01-01T00:00:00Z')]) {
        const app = await newApp('own provider');
        const provide = provider(() => app.provide('john', MINUTE));
        const user = client(t, Sdk, app);
        await user.connect(john, provide);
        await move(app);
        await user.read();
        await user.read();
        assert.equal(provide.calls, 2);
      }
    });
  }

  test('a server goes on: its tokens are judged on the wall alone', async () => {
    const app = await newApp('server on the wall');
    const { iat, exp } = { iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + MINUTE };
    const server = app.serverWith(app.sign({ server: true, iat, exp }));
    for (const by of ['2d', '-4d']) {
      await app.advance(by);
      await server.upsertUsers([{ id: 'jane', name: by }]);
    }
  });

  test('with `token_times: app` a token means what it says, as before', async () => {
    const app = await newApp('token times of the app');
    await app.emulator({ token_times: 'app' });
    await app.advance('2h');
    const token = BACKENDS['node-sdk'](app, HOUR);
    assert.ok(claimsOf(token).exp > Date.now() / 1000);
    await refused(app.feeds(token).getApp(), { status: 401, code: 40, operation: 'GetApp', reason: EXPIRED });
  });
});
