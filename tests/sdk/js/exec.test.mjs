// `millpond exec`: a script with an SDK needs nothing but its environment.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const binary = process.env.MILLPOND_BIN;
if (!binary) throw new Error('MILLPOND_BIN is not set: this test starts a millpond of its own');

const script = `
import { StreamClient } from '@stream-io/node-sdk';
import { StreamChat } from 'stream-chat';

const { STREAM_API_KEY: key, STREAM_API_SECRET: secret, STREAM_BASE_URL: basePath, MILLPOND_TOKEN_JOHN: token } = process.env;
const { users } = await new StreamClient(key, secret, { basePath }).queryUsers({ payload: { filter_conditions: { id: 'john' } } });
const chat = new StreamChat(key); // finds its way by STREAM_LOCAL_TEST_HOST
const { me } = await chat.connectUser({ id: 'john' }, token);
await chat.disconnectUser();
console.log(basePath, users[0].name, me.name);
process.exit(); // the SDKs keep timers and connections for a while
`;

test('two SDKs sign in with what exec sets, and with nothing else', async () => {
  const command = ['exec', '--fixture', 'quickstart', '--', process.execPath, '--input-type=module', '-e', script];
  const cwd = fileURLToPath(new URL('.', import.meta.url)); // where the packages are
  const { stdout, stderr } = await promisify(execFile)(binary, command, { cwd, timeout: 60_000 });
  const [, address] = stdout.match(/^(http:\/\/127\.0\.0\.1:\d+) John John\n$/) ?? assert.fail(stdout + stderr);
  assert.notEqual(address, process.env.MILLPOND_URL);
});
