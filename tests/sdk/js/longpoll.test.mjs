// stream-chat's long-poll fallback, as it begins in a network that lets no sockets through (wire-contract 5.8).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AT_ONCE, newApp } from './helpers.mjs';
import { Chat, client, heard, provider, record, tap } from './sockets.mjs';

const polls = (seen) => seen.filter(({ path }) => path === '/longpoll');

/** A client behind a proxy that cuts every socket: it gives up on sockets after 6 s, a time-out of its own. */
async function polling(t, app, tokenOrProvider, user = { id: 'john', name: 'John' }) {
  const { at, seen } = await tap(t, app, { sockets: false });
  const session = client(t, Chat, app, { at, enableWSFallback: true });
  const types = record(session);
  const me = await session.connect(user, tokenOrProvider);
  return { session, seen, types, me };
}

describe('long-poll', AT_ONCE, () => {
  test('a client that cannot open a socket signs in by long-poll and hears events', async (t) => {
    const app = await newApp('long-poll');
    await app.node.upsertUsers([{ id: 'jane' }]);
    const provide = provider(() => app.provide('john'));
    const { session, seen, types, me } = await polling(t, app, provide);
    assert.ok(types.includes('transport.changed'));
    assert.equal(me.id, 'john');
    assert.equal(me.name, 'John');
    assert.equal(me.online, true);
    assert.ok(seen.some(({ method }) => method === 'UPGRADE'), 'it tried a socket first');
    assert.equal(polls(seen)[0].status, 200);
    assert.equal(session.client.wsFallback.isHealthy(), true);

    for (const name of ['One', 'Two']) {
      const event = heard(session, 'user.updated');
      await app.node.updateUsersPartial({ users: [{ id: 'john', set: { name } }] });
      assert.equal((await event).user.name, name);
    }
    await session.client.queryUsers({ id: { $in: ['jane'] } }, [], { presence: true });
    const came = heard(session, 'user.presence.changed', ({ user }) => user.id === 'jane');
    const jane = client(t, Chat, app);
    await jane.connect({ id: 'jane' }, app.userToken('jane'));
    assert.equal((await came).user.online, true);
    assert.equal(provide.calls, 1);
    // Between two polls nothing is lost: the events of one moment come together or one by one, in their order.
    const names = [];
    session.on('user.updated', ({ user }) => names.push(user.name));
    const last = heard(session, 'user.updated', ({ user }) => user.name === 'e');
    for (const name of 'abcde') await app.node.updateUsersPartial({ users: [{ id: 'john', set: { name } }] });
    await last;
    assert.deepEqual(names, [...'abcde']);
  });

  test('disconnectUser ends the long-poll session', async (t) => {
    const app = await newApp('long-poll, closed');
    const { session } = await polling(t, app, app.userToken('john'));
    const watcher = client(t, Chat, app);
    await watcher.connect({ id: 'watcher' }, app.userToken('watcher'));
    await watcher.client.queryUsers({ id: { $in: ['john'] } }, [], { presence: true });
    const left = heard(watcher, 'user.presence.changed', ({ user }) => user.id === 'john');
    await session.disconnect();
    assert.equal((await left).user.online, false);
  });

  test('tokens that are revoked while a client polls are refreshed (2 calls), and the session goes on', async (t) => {
    const app = await newApp('long-poll, revoked');
    const provide = provider(() => app.provide('john'));
    const { session } = await polling(t, app, provide);
    const id = session.client.wsFallback.connectionID;
    const { now } = await app.advance('1m');
    await app.node.updateUsersPartial({ users: [{ id: 'john', set: { revoke_tokens_issued_before: now } }] });
    await provide.called(2);
    const event = heard(session, 'user.updated', ({ user }) => user.name === 'Still here');
    await app.node.updateUsersPartial({ users: [{ id: 'john', set: { name: 'Still here' } }] });
    await event;
    assert.equal(session.client.wsFallback.connectionID, id, 'each poll is judged by the token that it carries');
    assert.equal(provide.calls, 2);
  });

  test('a token that expires while a client polls is refreshed (2 calls), and the session goes on', async (t) => {
    const app = await newApp('long-poll, expired');
    await app.emulator({ open_sockets: { on_expiry: 'close' } });
    const provide = provider(() => app.provide('john'));
    const { session } = await polling(t, app, provide);
    const id = session.client.wsFallback.connectionID;
    await app.advance('2h');
    await provide.called(2);
    const event = heard(session, 'user.updated');
    await app.node.updateUsersPartial({ users: [{ id: 'john', set: { name: 'Still here' } }] });
    await event;
    assert.equal(session.client.wsFallback.connectionID, id);
    assert.equal(provide.calls, 2);
  });

  test('a refusal is no reason to fall back: it is told, and no poll is sent', async (t) => {
    const app = await newApp('long-poll, refused');
    const { at, seen } = await tap(t, app);
    const session = client(t, Chat, app, { at, enableWSFallback: true });
    const token = app.sign({ user_id: 'john' }, { secret: 'another secret' });
    await assert.rejects(session.connect({ id: 'john' }, token), ({ message }) => JSON.parse(message).code === 43);
    assert.deepEqual(polls(seen), []);
  });
});
