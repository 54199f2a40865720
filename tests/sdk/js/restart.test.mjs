// The process stops, or is killed, and comes back on the same port with the same database: the SDKs come back by
// themselves, with the tokens that they have, and the page notices nothing but a pause.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { AT_ONCE, newApp } from './helpers.mjs';
import { bounded, Chat, client, closed, heard, online, pinged, provider, SDKS } from './sockets.mjs';

const binary = process.env.MILLPOND_BIN;
if (!binary) throw new Error('MILLPOND_BIN is not set: these tests start a millpond of their own');

/** A millpond of the test's own, on a file. */
class Own {
  static async start(t) {
    const own = new Own();
    own.directory = await mkdtemp(join(tmpdir(), 'millpond-restart-'));
    own.port = 0;
    t.after(async () => {
      await own.end('SIGKILL');
      await rm(own.directory, { recursive: true });
    });
    await own.begin();
    return own;
  }

  async begin() {
    const options = ['serve', '--db', 'pond.db', '--port', String(this.port), '--json', '--log', 'error'];
    this.process = spawn(binary, options, { cwd: this.directory, stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = once(this.process, 'exit');
    const lines = createInterface({ input: this.process.stdout });
    const [line] = await bounded(Promise.race([once(lines, 'line'), this.ended]), 'the ready line');
    assert.equal(typeof line, 'string', `millpond left with ${line}`);
    const { url, port } = JSON.parse(line);
    this.url = url;
    this.port = port;
  }

  /** Ends the process that this object started, and says how it left. */
  async end(signal) {
    this.process.kill(signal);
    const [code, by] = await bounded(this.ended, `the end of millpond after ${signal}`);
    return { code, by };
  }
}

describe('restart', AT_ONCE, () => {
  for (const [signal, left, close] of [
    ['SIGKILL', { code: null, by: 'SIGKILL' }, { code: 1006, reason: '' }],
    ['SIGTERM', { code: 0, by: null }, { code: 1001, reason: 'millpond stops' }],
  ]) {
    test(`after ${signal} and a new start every SDK is connected again`, async (t) => {
      const own = await Own.start(t);
      const app = await newApp('restart', own.url);
      const sessions = [];
      for (const Sdk of SDKS) {
        const id = Sdk.sdk;
        const provide = provider(() => app.provide(id));
        const session = client(t, Sdk, app);
        await session.connect({ id, name: `The user of ${id}` }, provide);
        sessions.push({ session, id, provide, before: session.connection.connectionID });
      }

      const closes = Promise.all(sessions.map(({ session }) => closed(session)));
      assert.deepEqual(await own.end(signal), left);
      for (const seen of await closes) assert.deepEqual(seen, close);

      const again = Promise.all(sessions.map(({ session }) => online(session)));
      await own.begin();
      await again;

      for (const { session, id, provide, before } of sessions) {
        assert.notEqual(session.connection.connectionID, before);
        assert.equal(session.me.name, `The user of ${id}`);
        await pinged(session);
        await session.read();
        assert.equal(provide.calls, 1, `${id} uses the token that it has`);
        const event = heard(session, 'user.updated', ({ user }) => user.id === id);
        await app.node.updateUsersPartial({ users: [{ id, set: { name: 'Afterwards' } }] });
        assert.equal((await event).user.name, 'Afterwards');
      }
    });
  }

  test('a token that expired while the process was away is refreshed when it is back (2 calls)', async (t) => {
    const own = await Own.start(t);
    const app = await newApp('restart, expired', own.url);
    const sessions = [];
    for (const Sdk of SDKS) {
      const provide = provider(await app.provide(Sdk.sdk, 60), () => app.provide(Sdk.sdk));
      const session = client(t, Sdk, app);
      await session.connect({ id: Sdk.sdk }, provide);
      sessions.push({ session, provide });
    }
    // The clock is the app's and lives in the database. Open sockets are kept when it moves (open_sockets.on_expiry).
    await app.advance('2m');
    const again = Promise.all(sessions.map(({ session }) => online(session)));
    await own.end('SIGKILL');
    await own.begin();
    await again;
    for (const { session, provide } of sessions) {
      assert.equal(provide.calls, 2);
      await session.read();
      assert.equal(provide.calls, 2);
    }
  });

  test('nobody is online after a kill, until they come back', async (t) => {
    const own = await Own.start(t);
    const app = await newApp('restart, presence', own.url);
    const session = client(t, Chat, app);
    await session.connect({ id: 'john' }, app.userToken('john'));
    const isOnline = async () => {
      const { users } = await app.node.queryUsers({ payload: { filter_conditions: { id: 'john' } } });
      return users[0].online;
    };
    assert.equal(await isOnline(), true);
    const close = closed(session);
    await own.end('SIGKILL');
    await close;
    await session.disconnect();
    await own.begin();
    assert.equal(await isOnline(), false);
  });
});
