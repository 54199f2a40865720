// The token samples, each shown by the SDKs as they stand: the answer is the one that the sample names.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AT_ONCE, claimsOf, newApp } from './helpers.mjs';
import { Chat, client, Feeds, Video } from './sockets.mjs';

const USER = 'john';

/** An app with something to refuse for every reason. */
async function appWith(settings) {
  const app = await newApp('samples');
  await app.node.upsertUsers([{ id: USER }, { id: 'asleep' }]);
  await app.node.deactivateUser({ user_id: 'asleep' });
  await app.node.updateApp({ revoke_tokens_issued_before: new Date(Date.now() - 60_000), ...settings });
  const { samples: all } = await app.control('GET', `/tokens/samples?user_id=${USER}`);
  const [samples, ofNobody] = ['jwt', 'anonymous'].map((shown) => all.filter(({ auth_type: authType }) => authType === shown));
  return { app, samples, ofNobody };
}

const inner = (message) => message.match(/ failed with error: "(.+)"$/s)?.[1] ?? message;

/** What a call of an SDK comes to, as a sample words it. */
const seenOverHttp = (call) =>
  call.then(
    () => ({ status: 200, code: 0, message: '' }),
    ({ metadata, code, message }) => ({
      status: metadata.responseCode ?? metadata.response_code,
      code,
      message: inner(message),
    }),
  );

/** What a connect comes to; `null` when the SDK refused by itself, and sent nothing. */
const seenOnSocket = (connect, Sdk) =>
  connect.then(
    () => ({ code: 0, message: '' }),
    ({ message }) => {
      if (!message.startsWith('{')) return null;
      const { code, message: told } = JSON.parse(message);
      return { code, message: told.replace(Sdk.told(code, ''), '') };
    },
  );

/** Whom the SDK says that it signs in: whom the token names, where it names one. */
function userOf(token) {
  try {
    const { user_id: id } = claimsOf(token);
    return typeof id === 'string' ? id : USER;
  } catch {
    return USER;
  }
}

/** Samples that stream-chat refuses by itself: it reads their user_id first, and finds none. */
const REFUSED_BY_CHAT = ['server', 'no_user_id', 'empty_claims', 'wrong_claim_type', 'garbage'];

for (const [state, settings] of [
  ['auth checks on', {}],
  ['auth checks off', { disable_auth_checks: true }],
]) {
  const { app, samples, ofNobody } = await appWith(settings);
  const byName = new Map(samples.map((sample) => [sample.name, sample]));

  describe(`samples with ${state}`, AT_ONCE, () => {
    test('there is one for each reason', () => {
      const codes = new Set(samples.map(({ expect }) => expect.code));
      const wanted = settings.disable_auth_checks ? [0, 5, 16, 40, 41, 42] : [0, 5, 16, 40, 41, 42, 43];
      assert.deepEqual([...codes].sort((a, b) => a - b), wanted);
      assert.equal(byName.get('revoked').expect.code, 40);
      assert.equal(byName.get('deactivated_user').expect.code, 16);
      assert.equal(byName.get('dev_token').expect.code, settings.disable_auth_checks ? 0 : 43);
    });

    test('the node SDK gets over HTTP what each says', async () => {
      for (const { name, token, expect } of samples) {
        assert.deepEqual(await seenOverHttp(app.serverWith(token).getApp()), expect, name);
      }
    });

    test('feeds-client gets over HTTP what each says', async () => {
      for (const { name, token, expect } of samples) {
        assert.deepEqual(await seenOverHttp(app.feeds(token).getApp()), expect, name);
      }
    });

    test('video-client gets as an anonymous viewer what each of those says', async (t) => {
      assert.equal(ofNobody.length, 3);
      for (const { name, token, expect } of ofNobody) {
        const { client: video } = client(t, Video, app);
        await video.connectUser({ type: 'anonymous' }, token);
        const told = await video.getDevices().then(
          () => assert.fail('an anonymous caller has no devices'),
          ({ code, status, message }) => ({ status, code, message: inner(message) }),
        );
        if (expect.code) assert.deepEqual(told, expect, name);
        else assert.equal(told.code, 17, name);
      }
    });

    for (const [Sdk, byItself] of [
      [Feeds, []],
      [Chat, REFUSED_BY_CHAT],
    ]) {
      test(`${Sdk.sdk} gets on its socket what each says, ${byItself.length} of which it refuses by itself`, async (t) => {
        const refusedByItself = [];
        for (const { name, token, expect, socket } of samples) {
          const session = client(t, Sdk, app);
          const seen = await seenOnSocket(session.connect({ id: userOf(token) }, token), Sdk);
          if (seen === null) refusedByItself.push(name);
          else assert.deepEqual(seen, socket ?? { code: expect.code, message: expect.message }, name);
          await session.disconnect();
        }
        assert.deepEqual(refusedByItself, byItself);
      });
    }
  });
}
