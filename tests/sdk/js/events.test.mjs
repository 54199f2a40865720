// What happens to users and apps reaches the SDKs: as events to their listeners, and in the state that they keep.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertDate, assertRfc3339, AT_ONCE, newApp, refused } from './helpers.mjs';
import { Chat, client, closed, Feeds, heard, pinged, provider, record, refusedAtConnect, SDKS } from './sockets.mjs';

const app = await newApp('events');
// Who is deactivated stays connected by default: what a close does to the SDKs is looked at here.
await app.emulator({ open_sockets: { on_deactivation: 'close' } });
await app.node.upsertUsers([{ id: 'judge', name: 'Judge' }]);

/** A connected user of the test's own. */
async function connected(t, Sdk, id, details = {}, of = app) {
  const session = client(t, Sdk, of);
  await session.connect({ id, ...details }, of.userToken(id));
  return session;
}

const assertTime = (Sdk, value) => (Sdk === Feeds ? assertDate(value) : assertRfc3339(value));
const about = (id) => (event) => event.user?.id === id;

describe('events', AT_ONCE, () => {
  for (const Sdk of SDKS) {
    const name = Sdk.sdk;
    const named = (what) => `${Sdk.sdk}-${what}`;

    test(`${name}: user.updated reaches the user's own connections`, async (t) => {
      const id = named('updated');
      const sessions = [await connected(t, Sdk, id), await connected(t, Sdk, id)];
      const events = Promise.all(sessions.map((session) => heard(session, 'user.updated')));
      await app.node.upsertUsers([{ id, name: 'New', custom: { color: 'green' } }]);
      for (const event of await events) {
        assert.equal(event.user.id, id);
        assert.equal(event.user.name, 'New');
        assert.equal(Sdk === Chat ? event.user.color : event.user.custom.color, 'green');
        assertTime(Sdk, event.created_at);
      }
    });

    test(`${name}: what a user changes of itself comes back as user.updated`, async (t) => {
      const id = named('changing');
      const session = await connected(t, Sdk, id);
      const event = heard(session, 'user.updated');
      await app.feeds(app.userToken(id)).updateUsersPartial({ users: [{ id, set: { name: 'Myself' } }] });
      assert.equal((await event).user.name, 'Myself');
    });

    test(`${name}: a ban and its end reach the banned user`, async (t) => {
      const id = named('banned');
      const session = await connected(t, Sdk, id);
      const banned = heard(session, 'user.banned');
      await app.node.moderation.ban({ target_user_id: id, banned_by_id: 'judge', reason: 'spam', timeout: 10 });
      const ban = await banned;
      assert.equal(ban.user.id, id);
      assert.equal(ban.reason, 'spam');
      assert.equal(ban.created_by.id, 'judge');
      assert.equal(ban.shadow, false);
      assertTime(Sdk, ban.created_at);
      assert.ok(ban.expiration);
      const unbanned = heard(session, 'user.unbanned');
      await app.node.moderation.unban({ target_user_id: id });
      assert.equal((await unbanned).user.id, id);
    });

    test(`${name}: a custom event reaches the user that it is sent to, and nobody else`, async (t) => {
      const [id, other] = [named('addressed'), named('other')];
      const session = await connected(t, Sdk, id);
      const bystander = await connected(t, Sdk, other);
      const types = record(bystander);
      const event = heard(session, 'friendship.request');
      await app.node.chat.sendUserCustomEvent({ user_id: id, event: { type: 'friendship.request', custom: { from: 'jane' } } });
      const { user, custom, from } = await event;
      assert.equal(user.id, id);
      assert.equal(Sdk === Chat ? from : custom.from, 'jane');
      await pinged(bystander);
      assert.equal(types.includes('friendship.request'), false);
    });

    test(`${name}: app.updated reaches every connection of the app`, async (t) => {
      const own = await newApp('events of an app');
      const sessions = [await connected(t, Sdk, 'john', {}, own), await connected(t, Sdk, 'jane', {}, own)];
      const events = Promise.all(sessions.map((session) => heard(session, 'app.updated')));
      const stranger = await connected(t, Sdk, named('stranger'));
      const types = record(stranger);
      await own.node.updateApp({ async_url_enrich_enabled: true });
      for (const event of await events) {
        assert.equal(event.app.async_url_enrich_enabled, true);
        assert.equal(typeof event.app.name, 'string');
        assert.equal(typeof event.app.auto_translation_enabled, 'boolean');
      }
      await pinged(stranger);
      assert.equal(types.includes('app.updated'), false, 'another app hears nothing');
    });

    for (const [what, type, act, message] of [
      ['deactivated', 'user.deactivated', (id) => app.node.deactivateUser({ user_id: id, created_by_id: 'judge' }), 'was deactivated'],
      ['deleted', 'user.deleted', (id) => app.node.deleteUsers({ user_ids: [id] }), 'was deleted'],
    ]) {
      test(`${name}: a user that is ${what} hears of it, is closed with 1000 and stays out`, async (t) => {
        const id = named(what);
        const token = app.userToken(id);
        const provide = provider(token);
        const session = client(t, Sdk, app);
        await session.connect({ id }, provide);
        const types = record(session);
        const event = heard(session, type);
        const close = closed(session);
        await act(id);
        assert.equal((await event).user.id, id);
        assert.equal((await close).code, 1000);
        // stream-chat alone shows a connection.error in mid-life; the other two swallow the first (trap 18).
        assert.deepEqual(types, Sdk === Chat ? [type, 'connection.error'] : [type]);
        const refusal = { status: 404, code: 16, text: `the user ${id} ${message}` };
        await refusedAtConnect(client(t, Sdk, app).connect({ id }, token), Sdk, refusal);
        await assert.rejects(session.read(), ({ code }) => code === 16);
        assert.equal(provide.calls, 1);
      });
    }

    test(`${name}: a user that is reactivated may connect again`, async (t) => {
      const id = named('reactivated');
      await app.node.upsertUsers([{ id }]);
      await app.node.deactivateUser({ user_id: id });
      await app.node.reactivateUser({ user_id: id });
      assert.equal((await connected(t, Sdk, id)).me.id, id);
    });
  }

  test('feeds-client merges user.updated into connected_user', async (t) => {
    const session = await connected(t, Feeds, 'merged', { name: 'Old' });
    const states = [];
    session.client.state.subscribe(({ connected_user }) => states.push(connected_user?.name));
    const event = heard(session, 'user.updated');
    await app.node.updateUsersPartial({ users: [{ id: 'merged', set: { name: 'New', color: 'red' } }] });
    await event;
    assert.equal(session.me.name, 'New');
    assert.equal(session.me.custom.color, 'red');
    assert.deepEqual(session.me.devices, [], 'what only the own user has is kept');
    assert.equal(states.at(-1), 'New');
  });

  test('feeds-client does not merge the update of somebody else', async (t) => {
    await app.node.upsertUsers([{ id: 'somebody', name: 'Somebody' }]);
    const session = await connected(t, Feeds, 'unmoved', { name: 'Unmoved' });
    await session.client.queryUsers({ payload: { filter_conditions: { id: 'somebody' }, presence: true } });
    const event = heard(session, 'user.updated', about('somebody'));
    await app.node.updateUsersPartial({ users: [{ id: 'somebody', set: { name: 'Else' } }] });
    assert.equal((await event).user.name, 'Else');
    assert.equal(session.me.name, 'Unmoved');
  });

  // Presence

  const watch = {
    [Chat.sdk]: (session, id) => session.client.queryUsers({ id: { $in: [id] } }, [], { presence: true }),
    [Feeds.sdk]: (session, id) => session.client.queryUsers({ payload: { filter_conditions: { id }, presence: true } }),
  };

  for (const Sdk of [Chat, Feeds]) {
    const named = (what) => `${Sdk.sdk}-${what}`;

    test(`${Sdk.sdk}: queryUsers with presence hears who comes and goes`, async (t) => {
      const id = named('present');
      await app.node.upsertUsers([{ id }]);
      const watcher = await connected(t, Sdk, named('watcher'));
      const { users } = await watch[Sdk.sdk](watcher, id);
      assert.equal(users[0].online, false);
      const came = heard(watcher, 'user.presence.changed', about(id));
      const session = await connected(t, Chat, id);
      const { user } = await came;
      assert.equal(user.online, true);
      assert.ok(user.last_active);
      if (Sdk === Chat) assert.equal(watcher.client.state.users[id].online, true, 'stream-chat keeps it in its state');
      const left = heard(watcher, 'user.presence.changed', about(id));
      await session.disconnect();
      assert.equal((await left).user.online, false);
    });

    test(`${Sdk.sdk}: an invisible user is offline to others, and comes when it is visible again`, async (t) => {
      const id = named('invisible');
      await app.node.upsertUsers([{ id, invisible: true }]);
      const watcher = await connected(t, Sdk, named('looking'));
      await watch[Sdk.sdk](watcher, id);
      const types = record(watcher);
      const session = await connected(t, Chat, id);
      assert.equal(session.me.invisible, true);
      const { users } = await watch[Sdk.sdk](watcher, id);
      assert.equal(users[0].online, false);
      await pinged(watcher);
      assert.equal(types.includes('user.presence.changed'), false);
      const came = heard(watcher, 'user.presence.changed', about(id));
      await app.node.updateUsersPartial({ users: [{ id, set: { invisible: false } }] });
      assert.equal((await came).user.online, true);
      const left = heard(watcher, 'user.presence.changed', about(id));
      await app.node.updateUsersPartial({ users: [{ id, set: { invisible: true } }] });
      assert.equal((await left).user.online, false);
    });

    test(`${Sdk.sdk}: queryUsers without presence hears nothing of others`, async (t) => {
      const id = named('unwatched');
      await app.node.upsertUsers([{ id }]);
      const session = await connected(t, Sdk, named('indifferent'));
      if (Sdk === Chat) await session.client.queryUsers({ id: { $in: [id] } });
      else await session.client.queryUsers({ payload: { filter_conditions: { id } } });
      const types = record(session);
      await connected(t, Chat, id);
      await app.node.updateUsersPartial({ users: [{ id, set: { name: 'New' } }] });
      await pinged(session);
      assert.deepEqual(types, ['health.check']);
    });
  }

  test('stream-chat: the update and the deletion of a watched user reach its state', async (t) => {
    await app.node.upsertUsers([{ id: 'watched', name: 'Old' }]);
    const watcher = await connected(t, Chat, 'stately');
    await watch[Chat.sdk](watcher, 'watched');
    const updated = heard(watcher, 'user.updated', about('watched'));
    await app.node.updateUsersPartial({ users: [{ id: 'watched', set: { name: 'New' } }] });
    await updated;
    assert.equal(watcher.client.state.users.watched.name, 'New');
    const deleted = heard(watcher, 'user.deleted', about('watched'));
    await app.node.deleteUsers({ user_ids: ['watched'] });
    assertRfc3339((await deleted).user.deleted_at);
  });

  test('feeds-client: a query with presence but without a connection is refused by the SDK itself', async () => {
    const session = new Feeds(app);
    session.client.tokenManager.setTokenOrProvider(app.userToken('john'));
    const asking = session.client.queryUsers({ payload: { filter_conditions: {}, presence: true } });
    await assert.rejects(asking, /No connection id was provided/);
  });

  test('presence with a connection id of nobody is refused', async () => {
    const payload = { filter_conditions: {}, presence: true };
    const asking = app.call('GET', '/api/v2/users', {
      token: app.userToken('john'),
      query: { payload, connection_id: '00000000-0000-0000-0000-000000000000' },
    });
    await refused(asking, { status: 400, code: 4, operation: 'QueryUsers', reason: /active websocket connection/ });
  });

  // What happens to open sockets is a setting

  const fates = [
    ['on_revocation', (own, now) => own.node.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: now } }] })],
    ['on_expiry', (own) => own.advance('2h')],
    ['on_deactivation', (own) => own.node.deactivateUser({ user_id: 'john' })],
  ];
  for (const Sdk of SDKS) {
    for (const [setting, act] of fates) {
      test(`${Sdk.sdk}: with open_sockets.${setting} = keep the socket stays and hears events`, async (t) => {
        const own = await newApp(`keep ${setting}`);
        await own.emulator({ open_sockets: { [setting]: 'keep' } });
        const provide = provider(await own.provide('john'));
        const session = client(t, Sdk, own);
        await session.connect({ id: 'john' }, provide);
        const id = session.connection.connectionID;
        const types = record(session);
        const { now } = await own.advance('1m');
        await act(own, now);
        await pinged(session);
        const event = heard(session, 'app.updated');
        await own.node.updateApp({ async_url_enrich_enabled: true });
        await event;
        assert.equal(types.includes('connection.error'), false);
        assert.equal(session.connection.connectionID, id);
        assert.equal(provide.calls, 1);
      });
    }
  }

  for (const Sdk of SDKS) {
    test(`${Sdk.sdk}: by default a user who is deactivated while connected hears on; a deletion ends it for good`, async (t) => {
      const own = await newApp('deactivated while connected');
      const session = client(t, Sdk, own);
      await session.connect({ id: 'john' }, own.userToken('john'));
      const types = record(session);
      await own.node.deactivateUser({ user_id: 'john' });
      await pinged(session);
      const event = heard(session, 'app.updated');
      await own.node.updateApp({ async_url_enrich_enabled: true });
      await event;
      assert.equal(types.includes('connection.error'), false);
      await assert.rejects(session.read(), ({ code }) => code === 16);
      const close = closed(session);
      await own.node.deleteUsers({ user_ids: ['john'] });
      assert.equal((await close).code, 1000);
    });
  }

  test('a setting that is changed acts on the sockets that are open already', async (t) => {
    const own = await newApp('keep, then close');
    const session = client(t, Feeds, own);
    const provide = provider(() => own.provide('john'));
    await session.connect({ id: 'john' }, provide);
    await own.advance('2h');
    await pinged(session);
    const close = closed(session);
    await own.emulator({ open_sockets: { on_expiry: 'close' } });
    assert.equal((await close).code, 4001);
  });
});
