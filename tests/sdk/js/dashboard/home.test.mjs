// The first page: what runs, how each app stands, and first steps whose lines do what they say as they stand there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { StreamChat } from 'stream-chat';
import { browser, call, Dashboard, millpond, newApp, staged } from './dashboard.mjs';

const BOUND_MS = 60_000;
/** Types into a terminal. */
const TERMINAL = fileURLToPath(new URL('../../../cli/terminal.py', import.meta.url));
/** Where the packages of the JavaScript SDKs are found. */
const SDKS = fileURLToPath(new URL('..', import.meta.url));

staged();

async function open(t, app, place, options) {
  const page = await Dashboard.open(browser, millpond, app, place, options);
  t.after(() => page.close());
  return page;
}

const cardOf = (page, app) => page.page.getByRole('listitem').filter({ hasText: app.name });

test('the first steps stand on the first page until an app has been called', async (t) => {
  const { apps } = await millpond.control('GET', '/apps');
  const app = await newApp(millpond, 'quiet');
  const page = await open(t, app, 'apps');
  assert.ok(apps.length <= 1);
  await page.card('1. Point your SDK here').waitFor();
  await page.says('Not called yet.', cardOf(page, app));
  await call(millpond, app, app.server.createToken('john'));
  await page.card('1. Point your SDK here').waitFor({ state: 'hidden' });
  await page.page.getByText('Not called yet.').and(cardOf(page, app).locator('*')).waitFor({ state: 'hidden' });
  await page.isClean();
});

test('how an app stands: users, connections, calls, refusals, faults, clock, as they change', async (t) => {
  const app = await newApp(millpond, 'standing', [{ id: 'john' }, { id: 'jane' }]);
  const page = await open(t, app, 'apps');
  const { port } = new URL(millpond.url);
  await page.says(`${port}: HTTP and sockets`, page.card('This millpond'));
  await page.says(millpond.url, page.card('This millpond'));
  const card = cardOf(page, app);
  await card.getByRole('link', { name: '2 users' }).waitFor();
  await card.getByRole('link', { name: '0 refusals last minute' }).waitFor();
  await call(millpond, app, 'no token');
  await card.getByRole('link', { name: '1 refusal last minute' }).waitFor();
  await card.getByRole('link', { name: '2 calls last minute' }).waitFor(); // with the one that made the users
  const client = new StreamChat(app.key, { baseURL: millpond.url, allowServerSideConnect: true });
  await client.connectUser({ id: 'john' }, app.server.createToken('john'));
  await card.getByRole('link', { name: '1 connection', exact: true }).waitFor();
  await client.disconnectUser();
  await card.getByRole('link', { name: '0 connections', exact: true }).waitFor();
  await app.control('POST', '/faults', { operation: 'GetApp', then: { error: { code: 9 } } });
  await card.getByRole('link', { name: '1 active fault' }).waitFor();
  await app.control('PUT', '/clock', { frozen: '2031-05-06T07:08:09Z' });
  await page.says(/^Clock: frozen, 2031-05-06 07:08:09 UTC, \d+ \w+( \d+ d)? ahead of system time$/, card);
  await card.getByRole('link', { name: '1 refusal last minute' }).click();
  await page.heading('Requests');
  await page.row('code 5').waitFor();
  assert.equal(await page.field('Outcome').inputValue(), 'refused');
  await page.isClean();
});

// ---- the lines ----

/** The lines of a card as they are copied. */
async function copied(page, lines) {
  const found = [];
  for (const line of lines) {
    await page.button(`Copy the line ${line}`).click();
    found.push(await page.page.evaluate(() => navigator.clipboard.readText()));
  }
  return found;
}

test('the lines that set up a project do it as they stand, and a coding agent is led to the documents', async (t) => {
  const app = await newApp(millpond, 'set up');
  const page = await open(t, app, 'start');
  const card = page.card('4. Set up your project');
  const [init, doctor] = await copied(page, ['millpond init', 'millpond doctor --project .']);
  const directory = await mkdtemp(join(tmpdir(), 'millpond-lines-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'package.json'), '{"devDependencies": {"vitest": "4"}}');
  await writeFile(join(directory, 'app.mjs'), 'const client = new FeedsClient(key);\n');
  await runUntil(/^$/, ['python3', TERMINAL, 'sh', '-c', init], directory, "< [y/N]\n> 'y\\n'\n< Written.\n"); // which says nothing itself
  assert.match(await readFile(join(directory, 'tests/millpond.test.mjs'), 'utf8'), /millpond\/vitest/);
  await runUntil(/app\.mjs:1: const client = new FeedsClient\(key\);\n.*base_url: /, ['sh', '-c', `${doctor}; test $? = 1`], directory);
  const link = await card.getByRole('link', { name: 'llms.txt' }).getAttribute('href');
  const text = await fetch(new URL(link, millpond.url));
  assert.match(await text.text(), /^# millpond\n/);
  assert.match(await (await fetch(new URL('skill.md', text.url))).text(), /^---\nname: millpond\n/);
  await page.isClean();
});

const js = (name) => ({ file: join(SDKS, `.first-steps-${name}.mjs`), run: (file) => [process.execPath, '--experimental-websocket', '--no-warnings', file] });
const python = { file: 'first_steps.py', run: (file) => [process.env.SDK_PYTHON ?? 'python3', file] };
const signsIn = { says: /^connected as john$/m, expect: [{ operation: 'TokenProvider', user_id: 'john' }, { operation: 'Connect', user_id: 'john', outcome: 'ok' }] };
const calls = { says: /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/m, expect: [{ operation: 'UpdateUsers', caller: 'server', outcome: 'ok' }] };

const LINES = {
  'Node server': { ...js('node'), ...calls },
  'Feeds JS client': { ...js('feeds'), ...signsIn },
  'Chat JS': { ...js('chat'), ...signsIn },
  'Video JS': { ...js('video'), ...signsIn },
  Python: { ...python, ...calls },
  'Python chat': { ...python, ...calls },
  curl: { file: 'first-steps.sh', run: (file) => ['sh', file], says: /"app":/, expect: [{ operation: 'GetApp', caller: 'server', outcome: 'ok' }] },
};

/** Runs what was pasted into a file until it has said this, and ends it: a client that is connected stays so. */
async function runUntil(says, [program, ...words], cwd, typed = '') {
  const env = { ...process.env, NODE_NO_WARNINGS: '1', PATH: [dirname(process.env.MILLPOND_BIN), process.env.PATH].join(delimiter) };
  const child = spawn(program, words, { cwd, env });
  child.stdin.end(typed);
  const gone = once(child, 'exit');
  let said = '';
  try {
    await new Promise((resolve, reject) => {
      const hear = (text) => { said += text; if (says.test(said)) resolve(); };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
      gone.then(([code]) => (says.test(said) && code === 0 ? resolve() : reject(new Error(`it left with ${code} and said:\n${said}`))), reject);
      AbortSignal.timeout(BOUND_MS).addEventListener('abort', () => reject(new Error(`it has not said ${says} but:\n${said}`)));
    });
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

for (const [name, { file, run, says, expect }] of Object.entries(LINES)) {
  test(`the lines for ${name} do it as they stand`, async (t) => {
    const app = await newApp(millpond, `pasted ${name}`);
    const page = await open(t, app, 'start');
    await page.page.getByRole('tab', { name, exact: true }).click();
    await page.button(`Copy the ${name} lines`).click();
    await page.says('Copied', page.page.getByRole('tabpanel'));
    const lines = await page.page.evaluate(() => navigator.clipboard.readText());
    const directory = await mkdtemp(join(tmpdir(), 'millpond-lines-'));
    const place = resolve(directory, file); // beside the packages, or there
    t.after(async () => { await rm(place, { force: true }); await rm(directory, { recursive: true, force: true }); });
    await writeFile(place, lines);
    await runUntil(says, run(place), directory);
    const { ok, account } = await app.control('POST', '/requests/verify', { expect });
    assert.ok(ok, account.join('\n'));
    await page.isClean();
  });
}
