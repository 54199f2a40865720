// The stories of the table in docs/control-api.md, each as it stands there, with node-sdk as the backend: what the table says is said to the
// emulator by the built binary, and the front end asks its backend for exactly one more token, or for none.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { AT_ONCE, newApp } from './helpers.mjs';
import { client, Feeds, online, provider, SDKS } from './sockets.mjs';

const binary = process.env.MILLPOND_BIN;
if (!binary) throw new Error('MILLPOND_BIN is not set: what the page says is run by it');

const john = { id: 'john', name: 'John' };
const page = await readFile(new URL('../../../docs/control-api.md', import.meta.url), 'utf8');
const [, rows] = page.match(/\| story \| when \| what to say \|\n\|[-|]+\|\n((?:\|.*\n)+)/);

/** Story -> when it is told, and the command. */
const STORIES = new Map(
  rows.trim().split('\n').map((row) => {
    const [, story, when, what] = row.split('|').map((cell) => cell.trim());
    return [story, { when, command: what.match(/^`([^`]+)`/)[1] }];
  }),
);

/** An app, its backend that mints with node-sdk, and the story's command. */
async function told(story, when) {
  const app = await newApp(`story: ${story}`);
  assert.equal(STORIES.get(story).when, when);
  return {
    app,
    backend: provider(() => app.node.generateUserToken({ user_id: 'john' })),
    say: () => promisify(execFile)(binary, [...STORIES.get(story).command.split(' '), '--app', app.key, '--url', app.address]),
    async happened(...expect) {
      const { ok, account } = await app.control('POST', '/requests/verify', { expect });
      assert.ok(ok, account.join('\n'));
    },
  };
}

/** A backend that mints twice in one second gives the same token twice: goes on in the next one. */
async function nextSecond(app) {
  const second = () => Math.floor(Date.now() / 1000);
  for (const begun = second(); second() === begun; ) await app.control('GET', '/clock');
}

const refusedOnce = { operation: 'Connect', user_id: 'john', code: 40, times: 1 };
const signedIn = (times) => ({ operation: 'Connect', user_id: 'john', status: 101, times });

describe('the stories of a sign-in that goes wrong', AT_ONCE, () => {
  test('each of them is told here', () => {
    assert.deepEqual([...STORIES.keys()], [
      'the token is expired at connect',
      'it expires while connected',
      'it is revoked',
      'its signature is bad',
      'the token provider fails',
    ]);
  });

  for (const Sdk of SDKS) {
    test(`${Sdk.sdk}: the token is expired at connect`, async (t) => {
      const { app, backend, say, happened } = await told('the token is expired at connect', 'before');
      await say();
      const user = client(t, Sdk, app);
      assert.equal((await user.connect(john, backend)).id, 'john');
      assert.equal(backend.calls, 2, 'one for the sign-in, and one more');
      await happened(refusedOnce, signedIn(1));
    });

    for (const story of ['it expires while connected', 'it is revoked']) {
      test(`${Sdk.sdk}: ${story}`, async (t) => {
        const { app, backend, say, happened } = await told(story, 'while connected');
        const user = client(t, Sdk, app);
        await user.connect(john, backend);
        assert.equal(backend.calls, 1);
        await nextSecond(app);
        const again = online(user);
        await say();
        await again;
        await user.read();
        assert.equal(backend.calls, 2, 'exactly one more');
        await happened(refusedOnce, signedIn(2));
        const { ended_tokens: ended } = await app.control('GET', '/ended-tokens?user_id=john');
        assert.equal(ended.length, 1);
      });
    }

    test(`${Sdk.sdk}: its signature is bad`, async (t) => {
      const { app, backend, say, happened } = await told('its signature is bad', 'before');
      await say();
      const user = client(t, Sdk, app);
      await assert.rejects(user.connect(john, backend), /signature/);
      assert.equal(backend.calls, 1, 'no other token could be better');
      await happened({ operation: 'Connect', user_id: 'john', code: 43, times: 1 }, signedIn(0));
    });
  }

  // The provider that can be made to fail is millpond's own; feeds-client asks it again by itself.
  test('feeds-client: the token provider fails', async (t) => {
    const { app, say, happened } = await told('the token provider fails', 'before');
    await say();
    const user = client(t, Feeds, app);
    assert.equal((await user.connect(john, () => app.provide('john'))).id, 'john');
    await happened(
      { operation: 'TokenProvider', status: 500, times: 2 },
      { operation: 'TokenProvider', outcome: 'ok', times: 1 },
      signedIn(1),
    );
  });
});
