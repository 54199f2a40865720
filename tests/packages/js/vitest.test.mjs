// millpond/vitest with the vitest of today and the one before.

import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { here, run } from './support.mjs';

const versions = { 4: here, 3: join(here, 'vitest3') };

for (const [version, folder] of Object.entries(versions)) {
  describe(`vitest ${version}`, () => {
    const vitest = (...args) =>
      run('node', [join(folder, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--no-color', ...args], { cwd: folder });

    test('has an app for each test, and the matchers', async (t) => {
      // The tests find the vitest that lies beside them.
      for (const name of folder === here ? [] : ['vitest', 'failing']) {
        await cp(join(here, name), join(folder, name), { recursive: true });
        t.after(() => rm(join(folder, name), { recursive: true }));
      }
      const { code, stdout, stderr } = await vitest('--dir', 'vitest');
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /Tests +3 passed/);
      assert.match(stdout, new RegExp(`RUN +v${version}\\.`));

      const failed = await vitest('--dir', 'failing');
      assert.equal(failed.code, 1);
      assert.match(failed.stdout + failed.stderr, /expected 1 to be 2/);
      assert.match(failed.stdout + failed.stderr, /millpond's journal:\s+.*GetApp user john ok 200/);
    });
  });
}
