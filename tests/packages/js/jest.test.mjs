// millpond/jest in jest's own realms.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, here, run } from './support.mjs';

// In this order: of two files the second finds the millpond of the first.
const SEQUENCER = join(here, 'jest/sequencer.cjs');

const CONFIG = JSON.stringify({ testMatch: ['**/*.test.cjs'], testSequencer: SEQUENCER, transform: {} });
const JEST = ['node_modules/jest/bin/jest.js', '--ci', '--runInBand', '--config', CONFIG];

const jest = (...args) => run('node', [...JEST, ...args], { cwd: here });

test('jest has an app for each test, a millpond for each worker, and the matchers', async () => {
  const { code, stderr } = await jest('--rootDir', 'jest');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Tests: +3 passed/);
  assert.doesNotMatch(stderr, /did not exit|open handle/);

  const failed = await jest('--rootDir', 'failing');
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /Expected: 2\s+Received: 1/);
  assert.match(failed.stderr, /millpond's journal:\s+.*GetApp user john ok 200/);
});

test('a millpond around the tests has the fixture that they name, in each of their files', async (t) => {
  // Beside the packages that they import.
  const folder = await mkdtemp(join(here, 'docs-'));
  t.after(() => rm(folder, { recursive: true }));
  const code = `
    const { expect, withMillpond } = require('millpond/jest');
    withMillpond({ fixture: 'quickstart' })('john is there', async ({ app, millpond }) => {
      expect(millpond.url).toBe(process.env.MILLPOND_URL);
      expect(Object.keys(app.tokens)).toContain('john');
    });`;
  for (const name of ['first', 'second']) await writeFile(join(folder, `${name}.test.cjs`), code);
  const { code: left, stderr } = await run(binary, ['exec', '--', 'node', ...JEST, '--rootDir', folder], { cwd: here });
  assert.equal(left, 0, stderr);
  assert.match(stderr, /Tests: +2 passed/);
});
