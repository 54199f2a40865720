// The examples of docs/testing.md, of the README's test, and of the package's README are run as they stand there.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import typescript from 'typescript';

import { emptyFolder, env, here, run } from './support.mjs';

const root = join(here, '../../..');

/** The examples of a file, of `js` alone or with a word behind it. */
async function examples(file, word = '') {
  const text = await readFile(join(root, file), 'utf8');
  const found = [...text.matchAll(/```js *(\w*)\n([\s\S]*?)```/g)].filter(([, of]) => of === word);
  assert.ok(found.length > 0, `${file} has examples of ${word || 'js'}`);
  return found.map(([, , code]) => code);
}

/** Writes an example beside the packages that it imports. */
async function write(t, name, code) {
  const folder = await mkdtemp(join(here, 'docs-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), code);
  return { folder, file: join(folder, name) };
}

const passes = ({ code, stdout, stderr }) => assert.equal(code, 0, stdout + stderr);
const tool = (path, args, options) => run('node', [join('node_modules', path), ...args], { cwd: here, ...options });

const SOCKETS = "import WebSocket from 'ws';\nglobalThis.WebSocket ??= WebSocket; // Node below 22\n";

test('scripts', async (t) => {
  for (const code of [...(await examples('docs/testing.md')), ...(await examples('packages/npm/README.md'))]) {
    // `await using` is for a newer Node.
    const { outputText } = typescript.transpileModule(code, { compilerOptions: { target: 'es2022', module: 'esnext' } });
    // The SDK's timers would keep it alive for a quarter of a minute.
    const { file } = await write(t, 'example.mjs', `${SOCKETS}${outputText}\nprocess.exit();\n`);
    passes(await run('node', [file]));
  }
});

test('what needs a Docker is JavaScript at least', async () => {
  for (const code of await examples('docs/ci.md', 'testcontainers')) {
    const { diagnostics } = typescript.transpileModule(code, { reportDiagnostics: true });
    assert.deepEqual(diagnostics, []);
  }
});

test('vitest', async (t) => {
  for (const file of ['README.md', 'docs/testing.md']) {
    const [code] = await examples(file, 'vitest');
    const { folder } = await write(t, 'example.test.mjs', code);
    passes(await tool('vitest/vitest.mjs', ['run', '--dir', folder]));
  }
});

test('jest', async (t) => {
  const [code] = await examples('docs/testing.md', 'jest');
  const { folder } = await write(t, 'example.test.cjs', code);
  const config = JSON.stringify({ rootDir: folder, testMatch: ['**/*.test.cjs'], transform: {} });
  passes(await tool('jest/bin/jest.js', ['--ci', '--config', config]));
});

test('Playwright', async (t) => {
  const page = await readFile(join(here, 'playwright/page.html'));
  const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));
  await once(site.listen(0, '127.0.0.1'), 'listening');
  t.after(() => site.close());
  const [code] = await examples('docs/testing.md', 'playwright');
  const { folder } = await write(t, 'example.spec.mjs', code);
  const SITE = `http://127.0.0.1:${site.address().port}`;
  const variables = { ...env, MILLPOND_CHROMIUM: process.env.MILLPOND_CHROMIUM, PLAYWRIGHT_OUTPUT: await emptyFolder(t), SITE };
  passes(await tool('@playwright/test/cli.js', ['test', `${folder}/`], { env: variables }));
});
