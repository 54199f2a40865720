// millpond/jest in jest's own realms.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { here, run } from './support.mjs';

// In this order: of two files the second finds the millpond of the first.
const SEQUENCER = join(here, 'jest/sequencer.cjs');

const jest = (...args) => {
  const config = JSON.stringify({ testMatch: ['**/*.test.cjs'], testSequencer: SEQUENCER, transform: {} });
  return run('node', ['node_modules/jest/bin/jest.js', '--ci', '--runInBand', '--config', config, ...args], { cwd: here });
};

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
