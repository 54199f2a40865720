// Manual expiration of tokens, as Stream's page on tokens describes it, and its undoing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, assertRfc3339, newApp, refused, REVOKED, seconds } from './helpers.mjs';

const app = await newApp('revocation');

const now = () => seconds(Date.now());
const hour = 3600;
const revoked = (call, operation = 'GetApp') => refused(call, { status: 401, code: 40, operation, reason: REVOKED });
const works = async (client) => assert.ok((await client.getApp()).app.name);
const revokeUser = (of, id, before) =>
  of.node.updateUsersPartial({ users: [{ id, set: { revoke_tokens_issued_before: before } }] });

test('revocation by user refuses the tokens of the users named, at once, and of nobody else', async () => {
  await app.node.upsertUsers([{ id: 'user1' }, { id: 'user2' }, { id: 'user3' }]);
  const [user1, user2, user3] = ['user1', 'user2', 'user3'].map((id) => app.as(id));
  await Promise.all([works(user1), works(user2), works(user3)]);

  await app.node.updateUsersPartial({
    users: [
      { id: 'user1', set: { revoke_tokens_issued_before: new Date() } },
      { id: 'user2', set: { revoke_tokens_issued_before: new Date() } },
    ],
  });
  await revoked(user1.getApp());
  await revoked(user2.getApp());
  await revoked(user1.queryUsers({ payload: { filter_conditions: {} } }), 'QueryUsers');
  await works(user3);

  await app.node.updateUsersPartial({
    users: [
      { id: 'user1', set: { revoke_tokens_issued_before: null } },
      { id: 'user2', set: { revoke_tokens_issued_before: null } },
    ],
  });
  await works(user1);
  await works(user2);
});

test('revocation is in force on the very next request, every time', async () => {
  await app.node.upsertUsers([{ id: 'switched' }]);
  const client = app.as('switched');
  for (let round = 0; round < 20; round += 1) {
    await revokeUser(app, 'switched', new Date());
    await revoked(client.getApp());
    await revokeUser(app, 'switched', null);
    await works(client);
  }
});

test('revocation by user spares tokens issued since, and refuses older ones', async () => {
  await app.node.upsertUsers([{ id: 'half' }]);
  const older = app.userToken('half', { iat: now() - 20 });
  const newer = app.userToken('half', { iat: now() - 5 });
  await revokeUser(app, 'half', new Date(Date.now() - 10_000));
  await revoked(app.feeds(older).getApp());
  await works(app.feeds(newer));
});

test('revocation at a time in the future refuses also the tokens issued until then', async () => {
  await app.node.upsertUsers([{ id: 'future' }]);
  await revokeUser(app, 'future', new Date(Date.now() + hour * 1000));
  await revoked(app.feeds(app.userToken('future', { iat: now() })).getApp());
});

test('revocation by user refuses all tokens of that user that have no iat', async () => {
  await app.node.upsertUsers([{ id: 'timeless' }, { id: 'another' }]);
  const timeless = app.feeds(app.chat.createToken('timeless'));
  await works(timeless);
  await revokeUser(app, 'timeless', new Date('2001-01-01T00:00:00Z'));
  await revoked(timeless.getApp());
  await works(app.feeds(app.chat.createToken('another')));
  await revokeUser(app, 'timeless', null);
  await works(timeless);
});

test('permanent tokens and call tokens are revoked as well', async () => {
  await app.node.upsertUsers([{ id: 'permanent' }]);
  const tokens = [
    app.node.generatePermanentUserToken({ user_id: 'permanent' }),
    app.node.generateCallToken({ user_id: 'permanent', call_cids: ['default:1'] }),
  ];
  await revokeUser(app, 'permanent', new Date());
  for (const token of tokens) await revoked(app.feeds(token).getApp());
});

test('the user carries the time of its revocation until it is undone', async () => {
  const time = new Date('2026-01-02T03:04:05.678Z');
  await app.node.upsertUsers([{ id: 'dated' }]);
  const set = await revokeUser(app, 'dated', time);
  assertDate(set.users.dated.revoke_tokens_issued_before);
  assert.equal(set.users.dated.revoke_tokens_issued_before.getTime(), time.getTime());

  const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'dated' } } });
  assert.equal(users[0].revoke_tokens_issued_before.getTime(), time.getTime());
  const legacy = await app.chat.queryUsers({ id: 'dated' });
  assert.equal(legacy.users[0].revoke_tokens_issued_before, '2026-01-02T03:04:05.678Z');

  const undone = await revokeUser(app, 'dated', null);
  assert.equal(undone.users.dated.revoke_tokens_issued_before, undefined);
});

test('an upsert of the user does not undo its revocation', async () => {
  await app.node.upsertUsers([{ id: 'upserted' }]);
  const client = app.as('upserted');
  await revokeUser(app, 'upserted', new Date());
  await app.node.upsertUsers([{ id: 'upserted', name: 'Again' }]);
  await revoked(client.getApp());
});

test('a client that was revoked fetches a fresh token and goes on', async () => {
  await app.node.upsertUsers([{ id: 'refreshing' }]);
  let fetched = 0;
  const client = app.feeds(async () => {
    fetched += 1;
    return app.userToken('refreshing', { iat: fetched === 1 ? now() - 60 : now() });
  });
  await works(client);
  await revokeUser(app, 'refreshing', new Date(Date.now() - 30_000));
  await works(client);
  assert.equal(fetched, 2);
});

test('times are compared in whole seconds, unless the app is told otherwise', async () => {
  const exact = await newApp('granularity');
  await exact.emulator({ token_times: 'app' });
  await exact.freeze('2030-01-01T00:00:01Z');
  await exact.node.upsertUsers([{ id: 'john' }]);
  const client = exact.feeds(exact.sign({ user_id: 'john', iat: seconds('2030-01-01T00:00:00Z') }));
  await revokeUser(exact, 'john', new Date('2030-01-01T00:00:00.900Z'));
  await works(client);
  await exact.emulator({ revocation_granularity: 'exact' });
  await revoked(client.getApp());
  await exact.emulator({ revocation_granularity: 'second' });
  await works(client);
});

test('a token issued in the second of the revocation is not issued before it', async () => {
  await app.node.upsertUsers([{ id: 'edge' }]);
  const time = now() - 30;
  await revokeUser(app, 'edge', new Date(time * 1000));
  await works(app.feeds(app.userToken('edge', { iat: time })));
  await revoked(app.feeds(app.userToken('edge', { iat: time - 1 })).getApp());
});

test('the time may have any offset, no zone (which is UTC), or be integer nanoseconds', async () => {
  await app.node.upsertUsers([{ id: 'formats' }]);
  for (const time of ['2026-01-02T05:04:05.5+02:00', '2026-01-02T03:04:05.500', '2026-01-02T03:04:05.5Z', '1767323045500000000']) {
    // Written by hand, since a nanosecond is more than a JavaScript number holds.
    const value = /^\d+$/.test(time) ? time : JSON.stringify(time);
    const { status, body } = await app.call('PATCH', '/api/v2/users', {
      token: app.serverToken,
      body: `{"users":[{"id":"formats","set":{"revoke_tokens_issued_before":${value}}}]}`,
    });
    assert.equal(status, 200, JSON.stringify(body));
    const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'formats' } } });
    assert.equal(users[0].revoke_tokens_issued_before.toISOString(), '2026-01-02T03:04:05.500Z', time);
  }
});

test('a time that is none is refused and changes nothing', async () => {
  await app.node.upsertUsers([{ id: 'nonsense' }]);
  const expected = { status: 400, code: 4, operation: 'UpdateUsersPartial', reason: /revoke_tokens_issued_before/ };
  await refused(revokeUser(app, 'nonsense', 'yesterday'), expected);
  await works(app.as('nonsense'));
});

test('a user cannot set its own revocation', async () => {
  await app.node.upsertUsers([{ id: 'self' }]);
  const set = { revoke_tokens_issued_before: null };
  await refused(app.as('self').updateUsersPartial({ users: [{ id: 'self', set }] }), {
    status: 403,
    code: 17,
    operation: 'UpdateUsersPartial',
    reason: /./,
  });
});

test('revocation by app refuses every user token issued before, and spares server tokens', async () => {
  const own = await newApp('revocation by app');
  await own.node.upsertUsers([{ id: 'john' }]);
  const clients = [
    own.as('john'),
    own.as('nobody yet'),
    own.feeds(own.node.generatePermanentUserToken({ user_id: 'john' })),
    own.feeds(own.chat.createToken('john')),
  ];
  for (const client of clients) await works(client);

  await own.node.updateApp({ revoke_tokens_issued_before: new Date() });
  for (const client of clients) await revoked(client.getApp());
  await works(own.node);
  await works(own.serverWith(own.sign({ server: true, iat: now() - hour })));
  await works(own.feeds(own.userToken('john', { iat: now() })));

  await own.node.updateApp({ revoke_tokens_issued_before: null });
  for (const client of clients) await works(client);
});

test('revocation by app at a past time spares newer tokens, but none without iat', async () => {
  const own = await newApp('past revocation by app');
  await own.node.updateApp({ revoke_tokens_issued_before: new Date(Date.now() - 10_000) });
  await works(own.as('john'));
  await revoked(own.feeds(own.userToken('john', { iat: now() - 20 })).getApp());
  await revoked(own.feeds(own.chat.createToken('john')).getApp());
});

test('the app carries the time of its revocation until it is undone', async () => {
  const own = await newApp('dated app');
  const time = new Date('2026-01-02T03:04:05.678Z');
  assert.equal((await own.node.getApp()).app.revoke_tokens_issued_before, undefined);
  await own.node.updateApp({ revoke_tokens_issued_before: time });
  const { app: settings } = await own.node.getApp();
  assertDate(settings.revoke_tokens_issued_before);
  assert.equal(settings.revoke_tokens_issued_before.getTime(), time.getTime());
  const legacy = await own.chat.getAppSettings();
  assertRfc3339(legacy.app.revoke_tokens_issued_before);
  assert.equal(legacy.app.revoke_tokens_issued_before, '2026-01-02T03:04:05.678Z');

  await own.node.updateApp({ revoke_tokens_issued_before: null });
  assert.equal((await own.node.getApp()).app.revoke_tokens_issued_before, undefined);
});

test('other updates of the app leave its revocation alone', async () => {
  const own = await newApp('kept revocation');
  const client = own.as('john');
  await own.node.updateApp({ revoke_tokens_issued_before: new Date() });
  await own.node.updateApp({ reminders_interval: 120 });
  await revoked(client.getApp());
});

test('revocation by app and by user add up, and each is undone by itself', async () => {
  const own = await newApp('both revocations');
  await own.node.upsertUsers([{ id: 'john' }, { id: 'jane' }]);
  const [john, jane] = [own.as('john'), own.as('jane')];
  await own.node.updateApp({ revoke_tokens_issued_before: new Date() });
  await revokeUser(own, 'john', new Date());
  await own.node.updateApp({ revoke_tokens_issued_before: null });
  await revoked(john.getApp());
  await works(jane);
  await revokeUser(own, 'john', null);
  await works(john);
});

test('revocation stays within its app', async () => {
  const [one, other] = [await newApp('one'), await newApp('other')];
  for (const each of [one, other]) await each.node.upsertUsers([{ id: 'john' }]);
  await revokeUser(one, 'john', new Date());
  await one.node.updateApp({ revoke_tokens_issued_before: new Date() });
  await works(other.as('john'));
});

test("stream-chat's revokeUserToken and revokeUsersToken revoke, and null undoes", async () => {
  await app.chat.upsertUsers([{ id: 'chat1' }, { id: 'chat2' }, { id: 'chat3' }]);
  const [chat1, chat2, chat3] = ['chat1', 'chat2', 'chat3'].map((id) => app.as(id));

  const { users } = await app.chat.revokeUserToken('chat1');
  assertRfc3339(users.chat1.revoke_tokens_issued_before);
  await revoked(chat1.getApp());
  await app.chat.revokeUsersToken(['chat2', 'chat3'], new Date());
  await revoked(chat2.getApp());
  await revoked(chat3.getApp());

  const undone = await app.chat.revokeUsersToken(['chat1', 'chat2', 'chat3'], null);
  assert.equal(undone.users.chat1.revoke_tokens_issued_before, undefined);
  for (const client of [chat1, chat2, chat3]) await works(client);
});

test("stream-chat's revokeTokens revokes for the whole app, and null undoes", async () => {
  const own = await newApp('chat revocation');
  const client = own.as('john');
  await own.chat.revokeTokens(new Date());
  await revoked(client.getApp());
  await revoked(own.call('GET', '/app', { token: own.userToken('john', { iat: now() - hour, exp: now() + hour }) }));
  assert.ok((await own.chat.getAppSettings()).app.name);
  await own.chat.revokeTokens(null);
  await works(client);
});

test('a guest token has no iat, so any revocation refuses it', async () => {
  const own = await newApp('guests revoked');
  const { user, access_token } = await own.feeds().createGuest({ user: { id: 'visitor' } });
  const guest = own.feeds(access_token);
  await works(guest);
  await revokeUser(own, user.id, new Date('2001-01-01T00:00:00Z'));
  await revoked(guest.getApp());
  await revokeUser(own, user.id, null);
  await own.node.updateApp({ revoke_tokens_issued_before: new Date('2001-01-01T00:00:00Z') });
  await revoked(guest.getApp());
});

test('anonymous callers have no token that could be revoked', async () => {
  const own = await newApp('anonymous not revoked');
  await own.node.updateApp({ revoke_tokens_issued_before: new Date() });
  const client = own.feeds();
  await client.connectAnonymous();
  await works(client);
});
