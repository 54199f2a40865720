// What `millpond init` writes, in a project of each kind: the first test passes as it stands, and fails when the fixture is another.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, emptyFolder, env, here, run } from './support.mjs';

const tool = (path) => join(here, 'node_modules', path);
const older = join(here, 'jest29');
const SDKS = { 'no SDK': {}, 'the server SDK': { '@stream-io/node-sdk': '*' }, 'the client SDK': { '@stream-io/feeds-client': '*' } };

// The client SDK's timers hold jest up for a quarter of a minute: once is enough.
const KINDS = {
  vitest: { has: { vitest: '*' }, run: [tool('vitest/vitest.mjs'), 'run'], file: 'tests/millpond.test.mjs' },
  'jest 29': {
    framework: 'jest',
    has: { jest: '^29.7.0' },
    run: [join(older, 'node_modules/jest/bin/jest.js'), '--ci'],
    file: 'tests/millpond.test.js',
    beside: older,
    sdks: { 'no SDK': {} },
  },
  jest: { has: { jest: '*' }, run: [tool('jest/bin/jest.js'), '--ci'], file: 'tests/millpond.test.js' },
  'jest, for modules': {
    framework: 'jest',
    has: { jest: '^30.0.0' },
    type: 'module',
    run: [tool('jest/bin/jest.js'), '--ci'],
    file: 'tests/millpond.test.cjs',
    sdks: { 'no SDK': {} },
  },
  playwright: { has: { '@playwright/test': '*' }, run: [tool('@playwright/test/cli.js'), 'test'], file: 'e2e/millpond.spec.mjs' },
  'node-test': { has: {}, run: ['--test', '--test-force-exit'], file: 'tests/millpond.test.mjs' },
};

for (const [kind, { framework = kind, has, type = 'commonjs', run: words, file, beside = here, sdks = SDKS }] of Object.entries(KINDS)) {
  for (const [name, sdk] of Object.entries(sdks)) {
    test(`${kind}, with ${name}`, async (t) => {
      // Beside the packages that it imports.
      const folder = await mkdtemp(join(beside, 'docs-init-'));
      t.after(() => rm(folder, { recursive: true, force: true }));
      await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type, devDependencies: { ...has, ...sdk } }));
      // Where git ignores the folder, Playwright has to be told.
      await writeFile(join(folder, 'playwright.config.mjs'), "export default { testDir: './e2e', respectGitIgnore: false };\n");
      const init = await run(binary, ['init', '--yes', '--json'], { cwd: folder });
      assert.equal(init.code, 0, init.stderr);
      const told = JSON.parse(init.stdout);
      assert.equal(told.framework, framework);
      assert.equal(told.files[1].path, file);
      assert.deepEqual(told.doubts, []);
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

const VITEST = [tool('vitest/vitest.mjs'), 'run'];
const MODULES_OF_29 = { private: true, type: 'module', devDependencies: { jest: '29' } };

// What a configuration leaves out is said, and what is said of it helps.
for (const [kind, { manifest, beside = here, configuration, run: words, file, doubt, mend }] of Object.entries({
  'an include of vitest': {
    manifest: { private: true, type: 'module', devDependencies: { vitest: '*' } },
    configuration: ['vitest.config.mjs', "export default { test: { include: ['src/**/*.test.mjs'] } };\n"],
    run: VITEST,
    file: 'tests/millpond.test.mjs',
    doubt: /^vitest\.config\.mjs has include: \['src\/\*\*\/\*\.test\.mjs'\]\. .*move it/,
    mend: async (folder) => {
      await mkdir(join(folder, 'src'));
      await rename(join(folder, 'tests/millpond.test.mjs'), join(folder, 'src/millpond.test.mjs'));
      return 'src/millpond.test.mjs';
    },
  },
  'modules of jest 29': {
    manifest: MODULES_OF_29,
    beside: older,
    run: [join(older, 'node_modules/jest/bin/jest.js'), '--ci'],
    file: 'tests/millpond.test.cjs',
    doubt: /^jest below 30 .*Add '\*\*\/\*\.test\.cjs' to testMatch/,
    mend: async (folder) => {
      const manifest = { ...MODULES_OF_29, jest: { testMatch: ['**/*.test.cjs'] } };
      await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
      return 'tests/millpond.test.cjs';
    },
  },
})) {
  test(`${kind} is said to leave the test out`, async (t) => {
    const folder = await mkdtemp(join(beside, 'docs-init-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    if (configuration) await writeFile(join(folder, configuration[0]), configuration[1]);
    const init = await run(binary, ['init', '--yes', '--json'], { cwd: folder });
    const told = JSON.parse(init.stdout);
    assert.equal(told.files[1].path, file);
    assert.equal(told.doubts.length, 1, init.stdout);
    assert.match(told.doubts[0], doubt);
    const tested = (name) => run(process.execPath, [...words, name], { cwd: folder });
    const failed = await tested(file);
    assert.match(failed.stdout + failed.stderr, /No tests? (files )?found/);
    const passed = await tested(await mend(folder));
    assert.equal(passed.code, 0, passed.stdout + passed.stderr);
  });
}
