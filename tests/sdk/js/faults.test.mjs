// Faults, stubs and connections against the SDKs: each of the stories in which a sign-in goes wrong, brought about by one call
// or two, without a token of the wrong kind and without waiting; and what the SDK then did, asked of the journal.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AT_ONCE, newApp, refused } from './helpers.mjs';
import { Chat, client, closed, Feeds, online, provider, SDKS, Video } from './sockets.mjs';

const john = { id: 'john', name: 'John' };
const LIMITED = 'Too many requests, check response headers for more information.';

/** An app of the test's own, with what the tests of this file say to it. */
async function ownApp(name) {
  const app = await newApp(`faults: ${name}`);
  return Object.assign(app, {
    mint: () => app.provide('john'),
    fault: (fault) => app.control('POST', '/faults', fault),
    /** Asserts that exactly this happened, in this order. */
    async happened(...expect) {
      const { ok, account } = await app.control('POST', '/requests/verify', { in_order: true, expect });
      assert.ok(ok, account.join('\n'));
    },
    forget: () => app.control('DELETE', '/requests'),
  });
}

const provided = { operation: 'TokenProvider', user_id: 'john', outcome: 'ok', times: 1 };
const signedIn = { operation: 'Connect', user_id: 'john', status: 101, times: 1 };
const signInRefused = { operation: 'Connect', user_id: 'john', code: 40, times: 1 };

/** The operation behind `read`. */
const READS = new Map([[Feeds, 'GetApp'], [Chat, 'GetApp'], [Video, 'ListDevices']]);

describe('faults', AT_ONCE, () => {
  for (const Sdk of SDKS) {
    test(`${Sdk.sdk}: a call that is refused with 40 once has the provider asked once, and goes through`, async (t) => {
      const app = await ownApp('40 on a call');
      const provide = provider(app.mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      await app.forget();
      const operation = READS.get(Sdk);
      await app.fault({ operation, user_id: 'john', then: { error: { code: 40 } } });
      await user.read();
      await app.happened(
        { operation, user_id: 'john', code: 40, times: 1 },
        provided,
        { operation, user_id: 'john', status: 200, times: 1 },
      );
      assert.equal(provide.calls, 2);
    });

    test(`${Sdk.sdk}: a sign-in that is refused with 40 once has the provider asked again, and comes through`, async (t) => {
      const app = await ownApp('40 at connect');
      const provide = provider(app.mint);
      await app.fault({ operation: 'Connect', user_id: 'john', then: { error: { code: 'TokenExpiredError' } } });
      const user = client(t, Sdk, app);
      assert.equal((await user.connect(john, provide)).id, 'john');
      await app.happened(signInRefused, signedIn);
      await app.happened({ operation: 'TokenProvider', outcome: 'ok', times: 2 }, signedIn);
      assert.equal(provide.calls, 2);
    });

    test(`${Sdk.sdk}: a token that expires on an open socket is replaced`, async (t) => {
      const app = await ownApp('expire now');
      const provide = provider(app.mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      await app.forget();
      const [close, again] = [closed(user), online(user)];
      // As of a token that is really over: the socket ends, and the next sign-in is refused.
      await app.fault({ operation: 'Connect', user_id: 'john', then: { error: { code: 40 } } });
      await app.fault({ operation: 'Connect', user_id: 'john', then: { socket: { expire: true } } });
      assert.equal((await close).code, 4001);
      await again;
      await app.happened(
        { operation: 'Disconnect', user_id: 'john', status: 4001, code: 40, times: 1 },
        signInRefused,
        provided,
        signedIn,
      );
      assert.equal(provide.calls, 2);
    });

    test(`${Sdk.sdk}: a connection that is closed with 4001 comes back by itself`, async (t) => {
      const app = await ownApp('closed');
      const provide = provider(app.mint);
      const user = client(t, Sdk, app);
      await user.connect(john, provide);
      const { connections } = await app.control('GET', '/connections?user_id=john');
      const [close, again] = [closed(user), online(user)];
      await app.control('POST', `/connections/${connections[0].id}/close`, { code: 4001 });
      assert.equal((await close).code, 4001);
      await again;
      assert.equal(provide.calls, 1, 'its token is still good');
    });

    test(`${Sdk.sdk}: a rate limit is an error with status 429 and code 9`, async (t) => {
      const app = await ownApp('rate limit');
      const user = client(t, Sdk, app);
      await user.connect(john, provider(app.mint));
      const operation = READS.get(Sdk);
      await app.fault({ operation, caller: 'user', times: null, then: { rate_limit: '30s' } });
      await refused(user.read(), { status: 429, code: 9, operation, reason: new RegExp(`^${LIMITED}`) });
      await app.control('DELETE', '/faults');
      await user.read();
    });
  }

  // How often the page has to call connectUser again: feeds-client asks its provider again by itself, stream-chat once more
  // in the background of a connect that has failed, video-client not at all.
  for (const [Sdk, failures] of [[Feeds, 0], [Chat, 1], [Video, 2]]) {
    test(`${Sdk.sdk}: a provider that fails twice is got over (${failures} failed connects)`, async (t) => {
      const app = await ownApp('provider fails');
      await app.fault({ operation: 'TokenProvider', times: 2, then: { error: { code: -1 } } });
      for (let failed = 0; failed < failures; failed += 1) {
        const user = client(t, Sdk, app);
        await assert.rejects(user.connect(john, provider(app.mint)), /500/);
        await user.disconnect();
      }
      // What stream-chat asks in the background takes the second failure, or the next client would.
      if (failures > 0) await app.control('GET', '/requests/wait?operation=TokenProvider&status=500&count=2&timeout=30s');
      const user = client(t, Sdk, app);
      assert.equal((await user.connect(john, provider(app.mint))).id, 'john');
      await app.happened({ operation: 'TokenProvider', status: 500, times: 2 }, provided, signedIn);
    });
  }

  test('node-sdk: errors by code, a rate limit, and a connection that is cut', async () => {
    const app = await ownApp('server side');
    const read = () => app.node.getApp();
    await app.fault({ operation: 'GetApp', caller: 'server', then: { error: { code: 16, message: 'gone fishing' } } });
    await refused(read(), { status: 404, code: 16, operation: 'GetApp', reason: 'gone fishing' });
    await app.fault({ operation: 'GetApp', then: { rate_limit: '30s' } });
    await refused(read(), { status: 429, code: 9, operation: 'GetApp', reason: new RegExp(`^${LIMITED}`) });
    await app.fault({ operation: 'GetApp', times: null, then: { cut: true } });
    await assert.rejects(read(), /The request failed due to an unexpected error/);
    await app.control('DELETE', '/faults');
    await read();
    const { requests } = await app.control('GET', '/requests?operation=GetApp&order=asc&status=0');
    assert.equal(requests[0].outcome, 'failed');
  });

  test('feeds-client: getOrCreate of a feed is answered by a stub', async () => {
    const app = await ownApp('stub');
    const now = Date.now() * 1e6;
    const feed = {
      id: 'john', group_id: 'user', feed: 'user:john', name: '', description: '', visibility: 'visible', pin_count: 0,
      activity_count: 0, follower_count: 0, following_count: 0, member_count: 0, created_at: now, updated_at: now,
      created_by: { id: 'john', role: 'user', language: '', banned: false, online: false, teams: [], blocked_user_ids: [],
        created_at: now, updated_at: now, custom: {} },
      custom: {},
    };
    const body = {
      created: true, duration: '1ms', feed, activities: [], aggregated_activities: [], followers: [], following: [],
      members: [], pinned_activities: [], own_follows: [], own_capabilities: ['read-feed'],
    };
    await app.control('PUT', '/stubs', { method: 'POST', path: '/api/v2/feeds/feed_groups/{group}/feeds/{id}', status: 201, body });
    const made = await app.as('john').feed('user', 'john').getOrCreate();
    assert.equal(made.created, true);
    assert.ok(made.feed.created_at instanceof Date, 'the SDK decoded it');
    assert.equal(made.feed.created_by.id, 'john');
    const { requests } = await app.control('GET', '/requests?status=201');
    assert.deepEqual(requests.map(({ stubbed, user_id, status }) => [stubbed, user_id, status]), [[true, 'john', 201]]);
    const bad = app.feeds('a.b').feed('user', 'john').getOrCreate();
    await refused(bad, { status: 401, code: 5, operation: 'GetOrCreateFeed', reason: /^JWTAuth error/ });
  });
});
