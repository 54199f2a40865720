// What `millpond init` writes, in a project of each kind: the first test passes as it stands, and fails when the fixture is another.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, emptyFolder, env, here, run } from './support.mjs';

const tool = (path) => join(here, 'node_modules', path);
const SDKS = { 'no SDK': {}, 'the server SDK': { '@stream-io/node-sdk': '*' }, 'the client SDK': { '@stream-io/feeds-client': '*' } };

const KINDS = {
  vitest: { has: { vitest: '*' }, run: [tool('vitest/vitest.mjs'), 'run'], file: 'tests/millpond.test.mjs' },
  jest: { has: { jest: '*' }, run: [tool('jest/bin/jest.js'), '--ci'], file: 'tests/millpond.test.cjs' },
  playwright: { has: { '@playwright/test': '*' }, run: [tool('@playwright/test/cli.js'), 'test'], file: 'e2e/millpond.spec.mjs' },
  'node-test': { has: {}, run: ['--test', '--test-force-exit'], file: 'tests/millpond.test.mjs' },
};

for (const [framework, { has, run: words, file }] of Object.entries(KINDS)) {
  for (const [name, sdk] of Object.entries(SDKS)) {
    test(`${framework}, with ${name}`, async (t) => {
      // Beside the packages that it imports.
      const folder = await mkdtemp(join(here, 'docs-init-'));
      t.after(() => rm(folder, { recursive: true, force: true }));
      await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, devDependencies: { ...has, ...sdk } }));
      // Where git ignores the folder, Playwright has to be told.
      await writeFile(join(folder, 'playwright.config.mjs'), "export default { testDir: './e2e', respectGitIgnore: false };\n");
      const init = await run(binary, ['init', '--yes', '--json'], { cwd: folder });
      assert.equal(init.code, 0, init.stderr);
      const told = JSON.parse(init.stdout);
      assert.equal(told.framework, framework);
      assert.equal(told.files[1].path, file);
      const options = { cwd: folder, env: { ...env, NODE_OPTIONS: '--experimental-websocket', PLAYWRIGHT_OUTPUT: await emptyFolder(t) } };
      const tested = () => run(process.execPath, [...words, file], options);
      const passed = await tested();
      assert.equal(passed.code, 0, passed.stdout + passed.stderr);
      if (name !== 'no SDK') return;
      const fixture = await readFile(join(folder, 'millpond.yaml'), 'utf8');
      await writeFile(join(folder, 'millpond.yaml'), fixture.replace('Hello from John', 'Something else'));
      const failed = await tested();
      assert.notEqual(failed.code, 0);
      assert.match(failed.stdout + failed.stderr, /Something else/);
    });
  }
}
