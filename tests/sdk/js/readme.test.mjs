// The README's example is run as it stands there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { newApp } from './helpers.mjs';

test('the sign-in example of the README signs in', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, example] = readme.match(/<!-- example: [^\n]*-->\n```js\n([\s\S]*?)```/);
  const app = await newApp('readme');
  // Beside this file, so that it finds the same packages.
  const file = new URL('./.readme-example.mjs', import.meta.url);
  await writeFile(file, example);
  try {
    const env = { ...process.env, STREAM_API_KEY: app.key };
    const { stdout } = await promisify(execFile)(process.execPath, [file.pathname], { env, timeout: 30_000 });
    assert.match(stdout, /^signed in as John$/m);
  } finally {
    await rm(file);
  }
});
