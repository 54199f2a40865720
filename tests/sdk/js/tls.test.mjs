// HTTPS and sockets over TLS: SDKs that insist on it, by what `exec --tls` sets and nothing else.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const binary = process.env.MILLPOND_BIN;
if (!binary) throw new Error('MILLPOND_BIN is not set: these tests start a millpond of their own');

const cwd = fileURLToPath(new URL('.', import.meta.url)); // where the packages are

/** What a script says that runs in a millpond with TLS. */
async function says(script, ...options) {
  const command = ['exec', '--tls', ...options, '--fixture', 'quickstart', '--', process.execPath, '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(binary, command, { cwd, timeout: 60_000 });
  return stdout.split('\n').at(-2); // the SDKs log to stdout, too
}

const SDKS = `
import { StreamClient } from '@stream-io/node-sdk';
import { FeedsClient } from '@stream-io/feeds-client';
import { StreamChat } from 'stream-chat';
import { WebSocket } from 'ws';

globalThis.WebSocket ??= WebSocket; // as in a browser
const { STREAM_API_KEY: key, STREAM_API_SECRET: secret, STREAM_BASE_URL: url, MILLPOND_TOKEN_JOHN: token } = process.env;
const server = new StreamClient(key, secret, { basePath: url });
const { users } = await server.queryUsers({ payload: { filter_conditions: { id: 'john' } } });
const feeds = new FeedsClient(key, { base_url: url });
await feeds.connectUser({ id: 'john' }, token);
const feed = feeds.feed('user', 'john', { onNewActivity: () => 'add-to-start' });
await feed.getOrCreate({ watch: true });
const posted = new Promise((resolve) => feed.state.subscribe(({ activities }) => activities?.length && resolve(activities[0].text)));
await server.feeds.addActivity({ feeds: ['user:john'], type: 'post', text: 'by wss', user_id: 'john' });
const { file } = await feeds.uploadFile({ file: new File(['a file'], 'a.txt') });
const read = await (await fetch(file)).text();
const chat = new StreamChat(key, { baseURL: url });
const { me } = await chat.connectUser({ id: 'john' }, token);
console.log([new URL(url).protocol, users[0].name, await posted, file.startsWith(url), read, me.name, chat.wsConnection.ws.url.split(':')[0]].join(', '));
process.exit(); // the SDKs keep timers and connections for a while
`;

test('SDKs sign in, watch and upload over TLS with what exec sets', async () => {
  assert.equal(await says(SDKS), 'https:, John, by wss, true, a file, John, wss');
});

test('whoever does not trust the authority is refused, and so is a name that is not ours', async () => {
  const script = `
    import { connect } from 'node:tls';
    import { readFileSync } from 'node:fs';
    const ca = readFileSync(process.env.NODE_EXTRA_CA_CERTS);
    const port = new URL(process.env.MILLPOND_TLS_URL).port;
    const outcome = (options) => new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ...options }, () => resolve('trusted'));
      socket.on('error', ({ code }) => resolve(code));
    });
    const outcomes = [
      await outcome({ ca }),
      await outcome({ ca, servername: 'localhost' }),
      await outcome({ ca, servername: 'shop.test' }),
      await outcome({ ca, servername: 'getstream.io' }),
      await outcome({ ca: [] }),
    ];
    console.log(outcomes.join(', '));
    process.exit();
  `;
  const refused = 'ERR_TLS_CERT_ALTNAME_INVALID';
  const untrusted = 'SELF_SIGNED_CERT_IN_CHAIN';
  assert.equal(await says(script, '--tls-name', 'shop.test'), `trusted, trusted, trusted, ${refused}, ${untrusted}`);
  assert.equal(await says(script), `trusted, trusted, ${refused}, ${refused}, ${untrusted}`);
});
