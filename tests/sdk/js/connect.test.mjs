// connectUser of the three SDKs: who gets in, what it is told of itself, who is refused and how, and how a session ends.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertDate, assertRfc3339, AT_ONCE, EXPIRED, newApp, NO_SEGMENTS, REVOKED, seconds, tampered } from './helpers.mjs';
import { Chat, client, Feeds, heard, pinged, provider, record, refusedAtConnect, SDKS, tap, Video } from './sockets.mjs';

const app = await newApp('connect');
const now = () => seconds(Date.now());

/** Users of the server's making, each with something that a connect cannot give it. */
await app.node.upsertUsers([
  { id: 'admin', role: 'admin', name: 'Admin', teams: ['red'], custom: { color: 'red', keep: [1, null] } },
  { id: 'gone' },
  { id: 'asleep' },
  { id: 'revoked' },
]);
const goneToken = app.userToken('gone');
await app.node.deleteUsers({ user_ids: ['gone'] });
await app.node.deactivateUser({ user_id: 'asleep' });
await app.node.updateUsersPartial({
  users: [{ id: 'revoked', set: { revoke_tokens_issued_before: new Date(Date.now() + 3_600_000) } }],
});

/** What a refused connect is shown, for whom, and what it is told. */
const refusals = {
  'a bad signature': ['john', (id) => tampered(app.userToken(id)), 401, 43, `JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key "${app.key}"`],
  'an iat in the future': ['john', (id) => app.sign({ user_id: id, iat: now() + 600 }), 401, 42, 'JWTAuth error: token used before issue at (iat)'],
  'an nbf in the future': ['john', (id) => app.sign({ user_id: id, nbf: now() + 600 }), 401, 41, 'JWTAuth error: token is not valid yet (nbf)'],
  'a deactivated user': ['asleep', (id) => app.userToken(id), 404, 16, 'the user asleep was deactivated'],
  'a deleted user': ['gone', () => goneToken, 404, 16, 'the user gone was deleted'],
};
/** Those that stream-chat and video-client find out by themselves where they can. */
const otherRefusals = {
  'a server token': ['john', () => app.serverToken, 400, 4, "Websocket connection with server side authentication isn't supported"],
  'a token of somebody else': ['john', () => app.userToken('jane'), 401, 5, 'JWTAuth error: user_id in token does not match user_details.id'],
  'a token that is none': ['john', () => 'garbage', 401, 5, NO_SEGMENTS],
};

const finished = [];

describe('connect', AT_ONCE, () => {
  for (const Sdk of SDKS) {
    const name = Sdk.sdk;
    const user = (id) => ({ id: `${Sdk.sdk}-${id}` });

    for (const kind of ['string', 'provider']) {
      test(`${name}: connectUser with a token ${kind} creates the user and tells it who it is`, async (t) => {
        const { id } = user(`new-${kind}`);
        const details = { id, name: 'Jane', image: 'https://example.com/j.png' };
        const custom = { color: 'blue', nested: { list: [1, null] } };
        const session = client(t, Sdk, app);
        const token = app.userToken(id);
        const me = await session.connect(
          Sdk === Chat ? { ...details, ...custom } : { ...details, custom },
          kind === 'string' ? token : provider(token),
        );
        assert.equal(me.id, id);
        assert.equal(me.name, 'Jane');
        assert.equal(me.image, 'https://example.com/j.png');
        assert.equal(me.role, 'user');
        assert.equal(me.language, '');
        assert.equal(me.online, true);
        assert.equal(me.banned, false);
        assert.equal(me.invisible, false);
        for (const key of ['teams', 'devices', 'mutes', 'channel_mutes', 'blocked_user_ids']) {
          assert.deepEqual(me[key], [], key);
        }
        for (const key of ['unread_count', 'total_unread_count', 'unread_channels', 'unread_threads']) {
          assert.equal(me[key], 0, key);
        }
        if (Sdk === Chat) {
          assert.deepEqual({ color: me.color, nested: me.nested }, custom);
          assert.equal('custom' in me, false);
        } else {
          assert.deepEqual(me.custom, custom);
        }
        for (const key of ['created_at', 'updated_at', 'last_active']) {
          // feeds-client decodes the times of all users but the connected one, which keeps its nanoseconds.
          if (Sdk === Feeds) assert.ok(Math.abs(me[key] / 1e6 - Date.now()) < 60_000, key);
          else assertRfc3339(me[key], key);
        }
        const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id } } });
        assert.equal(users[0].online, true);
        assert.equal(users[0].name, 'Jane');
        assert.deepEqual(users[0].custom, custom);
        await session.disconnect();
      });
    }

    test(`${name}: connecting changes neither role nor teams, and keeps what it does not name`, async (t) => {
      const session = client(t, Sdk, app);
      const me = await session.connect({ id: 'admin', name: 'Admin', role: 'user' }, app.userToken('admin'));
      assert.equal(me.role, 'admin');
      assert.deepEqual(me.teams, ['red']);
      assert.deepEqual(Sdk === Chat ? me.keep : me.custom.keep, [1, null]);
    });

    test(`${name}: a user with two connections is online until both are gone`, async (t) => {
      const { id } = user('two');
      const isOnline = async () => {
        const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id } } });
        return users[0].online;
      };
      const [first, second] = [client(t, Sdk, app), client(t, Sdk, app)];
      await Promise.all([first, second].map((session) => session.connect({ id }, app.userToken(id))));
      assert.notEqual(first.connection.connectionID, second.connection.connectionID);
      const watcher = client(t, Chat, app);
      const seen = `${id}-watcher`;
      await watcher.connect({ id: seen }, app.userToken(seen));
      await watcher.client.queryUsers({ id: { $in: [id] } }, [], { presence: true });
      const heardOf = record(watcher);
      await first.disconnect();
      await pinged(second);
      assert.equal(await isOnline(), true);
      assert.equal(heardOf.includes('user.presence.changed'), false);
      const offline = heard(watcher, 'user.presence.changed', ({ user }) => user.id === id);
      await second.disconnect();
      assert.equal((await offline).user.online, false);
      assert.equal(await isOnline(), false);
    });

    test(`${name}: after disconnectUser another user may connect with the same client`, async (t) => {
      const session = client(t, Sdk, app);
      const [one, two] = [user('one'), user('next')];
      await session.connect(one, app.userToken(one.id));
      await session.disconnect();
      assert.equal((await session.connect(two, app.userToken(two.id))).id, two.id);
    });

    test(`${name}: the ping of the SDK is answered, and the connection stays`, async (t) => {
      const { id } = user('pinging');
      const session = client(t, Sdk, app);
      await session.connect({ id }, app.userToken(id));
      const types = record(session);
      for (let ping = 1; ping <= 3; ping += 1) {
        const answer = await pinged(session);
        assert.equal(answer.type, 'health.check');
        assert.equal(answer.connection_id, session.connection.connectionID);
        if (Sdk === Feeds) assertDate(answer.created_at);
        else assertRfc3339(answer.created_at);
      }
      assert.deepEqual(types, ['health.check', 'health.check', 'health.check']);
      assert.equal(session.connection.isHealthy, true);
    });

    const told = Sdk === Feeds ? { ...refusals, ...otherRefusals } : refusals;
    for (const [what, [id, token, status, code, text]] of Object.entries(told)) {
      test(`${name}: ${what} is refused with ${code}, once and for good`, async (t) => {
        const { at, seen } = await tap(t, app);
        const session = client(t, Sdk, app, { at });
        const provide = provider(token(id));
        await refusedAtConnect(session.connect({ id }, provide), Sdk, { status, code, text });
        assert.equal(provide.calls, 1);
        finished.push([provide, 1, seen]);
      });
    }

    test(`${name}: an api key of no app is refused with 2, once and for good`, async (t) => {
      const session = client(t, Sdk, app, { key: 'nobodyskey' });
      const provide = provider(app.userToken('john'));
      const refusal = { status: 401, code: 2, text: 'api_key not valid' };
      await refusedAtConnect(session.connect({ id: 'john' }, provide), Sdk, refusal);
      assert.equal(provide.calls, 1);
      finished.push([provide, 1]);
    });

    test(`${name}: a revoked and an expired static token are refused with 40, once and for good`, async (t) => {
      const { at, seen } = await tap(t, app);
      const revoked = client(t, Sdk, app, { at });
      const refusal = { status: 401, code: 40, text: REVOKED };
      await refusedAtConnect(revoked.connect({ id: 'revoked' }, app.userToken('revoked')), Sdk, refusal);
      finished.push([provider(), 0, seen]);
      const expired = client(t, Sdk, app);
      const token = app.sign({ user_id: 'john', iat: now() - 60, exp: now() - 30 });
      await refusedAtConnect(expired.connect({ id: 'john' }, token), Sdk, { ...refusal, text: EXPIRED });
    });
  }

  for (const Sdk of [Chat, Video]) {
    test(`${Sdk.sdk}: a static token of somebody else, or of a server, is refused by the SDK itself`, async (t) => {
      for (const token of [app.userToken('jane'), app.serverToken]) {
        const session = client(t, Sdk, app);
        const message = 'userToken does not have a user_id or is not matching with user.id';
        await assert.rejects(session.connect({ id: 'john' }, token), { message });
      }
    });
  }

  test('stream-chat: what its provider gives is judged by the server', async (t) => {
    for (const [id, token, status, code, text] of Object.values(otherRefusals)) {
      const session = client(t, Chat, app);
      const provide = provider(token(id));
      await refusedAtConnect(session.connect({ id }, provide), Chat, { status, code, text });
      assert.equal(provide.calls, 1);
      finished.push([provide, 1]);
    }
  });

  test('feeds-client: a blank token is row 4, not a validation error', async (t) => {
    const session = client(t, Feeds, app);
    // With an empty one the SDK opens the socket and sends nothing.
    const refusal = { status: 401, code: 5, text: NO_SEGMENTS };
    await refusedAtConnect(session.connect({ id: 'john' }, ' '), Feeds, refusal);
  });

  test('stream-chat: changed teams are refused (row 21), the same ones in any order are not', async (t) => {
    const token = app.userToken('admin');
    const changed = client(t, Chat, app);
    const text = 'user teams cannot be changed at connection time';
    await refusedAtConnect(changed.connect({ id: 'admin', teams: ['blue'] }, token), Chat, { status: 400, code: 4, text });
    const same = client(t, Chat, app);
    assert.deepEqual((await same.connect({ id: 'admin', teams: ['red'] }, token)).teams, ['red']);
  });

  test('stream-chat: custom data of more than 5 KB is refused with 22', async (t) => {
    const session = client(t, Chat, app);
    const error = await session.connect({ id: 'big', text: 'x'.repeat(6000) }, app.userToken('big')).catch((error) => error);
    const { code, StatusCode } = JSON.parse(error.message);
    assert.deepEqual({ code, StatusCode }, { code: 22, StatusCode: 413 });
  });

  test('a banned user may connect and is told so (row 30)', async (t) => {
    await app.node.upsertUsers([{ id: 'banned' }, { id: 'judge' }]);
    await app.node.moderation.ban({ target_user_id: 'banned', banned_by_id: 'judge' });
    for (const Sdk of SDKS) {
      const session = client(t, Sdk, app);
      assert.equal((await session.connect({ id: 'banned' }, app.userToken('banned'))).banned, true);
    }
  });

  // Anonymous users and guests

  const GUEST_ID = /^guest-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-visitor$/;

  test('feeds-client: connectGuest makes a guest and connects it', async (t) => {
    const session = client(t, Feeds, app);
    const { user } = await session.client.connectGuest({ user: { id: 'visitor', name: 'Visitor', custom: { from: 'afar' } } });
    assert.match(user.id, GUEST_ID);
    assert.equal(session.me.id, user.id);
    assert.equal(session.me.role, 'guest');
    assert.equal(session.me.name, 'Visitor');
    assert.deepEqual(session.me.custom, { from: 'afar' });
    await session.read();
  });

  test('stream-chat: setGuestUser makes a guest and connects it', async (t) => {
    const session = client(t, Chat, app);
    const { me } = await session.client.setGuestUser({ id: 'visitor', name: 'Visitor', from: 'afar' });
    assert.match(me.id, GUEST_ID);
    assert.equal(me.role, 'guest');
    assert.equal(me.name, 'Visitor');
    assert.equal(me.from, 'afar');
    assert.equal(session.client.userID, me.id);
    await session.read();
  });

  test('video-client: connectUser of the type guest makes a guest and connects it', async (t) => {
    const session = client(t, Video, app);
    const { me } = await session.client.connectUser({ type: 'guest', id: 'visitor', name: 'Visitor' });
    assert.match(me.id, GUEST_ID);
    assert.equal(me.role, 'guest');
    assert.equal(me.name, 'Visitor');
    assert.deepEqual((await session.read()).devices, []);
  });

  test('feeds-client: an anonymous user opens no socket and may read', async (t) => {
    const { at, seen } = await tap(t, app);
    const session = client(t, Feeds, app, { at });
    await session.client.connectAnonymous();
    await session.read();
    await session.client.queryUsers({ payload: { filter_conditions: {} } });
    assert.deepEqual(seen.map(({ method }) => method), ['GET', 'GET']);
    assert.equal(session.me, undefined);
  });

  test('stream-chat: an anonymous user opens a socket, is nobody in particular and may read', async (t) => {
    const { at, seen } = await tap(t, app);
    const session = client(t, Chat, app, { at });
    const { me } = await session.client.connectAnonymousUser();
    assert.equal(seen[0].token, '', 'trap 11: the token is there, and empty');
    assert.match(me.id, /^!anon/);
    assert.equal(me.role, 'anonymous');
    assert.equal(me.created_at, '0001-01-01T00:00:00Z');
    assert.equal(me.online, true);
    await session.client.queryUsers({});
    await pinged(session);
    const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: { $autocomplete: '!anon' } } } });
    assert.deepEqual(users, [], 'it is not counted as a user');
  });

  test('video-client: an anonymous user opens no socket', async (t) => {
    const { at, seen } = await tap(t, app);
    const session = client(t, Video, app, { at });
    await session.client.connectUser({ type: 'anonymous' });
    assert.deepEqual(seen, []);
  });

  // A connect that is not waited for

  test('trap 17: feeds-client calls over HTTP while connectUser of a new user still runs', async (t) => {
    const session = client(t, Feeds, app);
    const connecting = session.connect({ id: 'in-a-hurry', name: 'Hurry' }, provider(app.userToken('in-a-hurry')));
    const [{ app: settings }, { users }] = await Promise.all([
      session.client.getApp(),
      session.client.queryUsers({ payload: { filter_conditions: { id: 'admin' } } }),
    ]);
    assert.equal(typeof settings.name, 'string');
    assert.equal(users[0].id, 'admin');
    assert.equal((await connecting).id, 'in-a-hurry');
  });

  test('feeds-client: a query with presence waits for the connection that is being made', async (t) => {
    const session = client(t, Feeds, app);
    const connecting = session.connect({ id: 'watching' }, provider(app.userToken('watching')));
    const asking = session.client.queryUsers({ payload: { filter_conditions: { id: 'admin' }, presence: true } });
    assert.equal((await asking).users[0].id, 'admin');
    await connecting;
  });

  test('stream-chat and video-client call over HTTP while connectUser still runs', async (t) => {
    for (const Sdk of [Chat, Video]) {
      const session = client(t, Sdk, app);
      const id = `${Sdk.sdk}-in-a-hurry`;
      const connecting = session.connect({ id }, provider(app.userToken(id)));
      await session.read();
      assert.equal((await connecting).id, id);
    }
  });
});

test('what was refused for good is not tried again', () => {
  assert.ok(finished.length > 20);
  for (const [provide, calls, seen] of finished) {
    assert.equal(provide.calls, calls);
    if (seen) assert.deepEqual(seen.filter(({ method }) => method === 'UPGRADE').length, 1);
  }
});
