// millpond/playwright with the Chromium that is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { emptyFolder, env, here, run } from './support.mjs';

test('Playwright has an app for each test, hands it to pages, and reports the journal', async (t) => {
  const output = await emptyFolder(t);
  const playwright = (folder) =>
    run('node', ['node_modules/@playwright/test/cli.js', 'test', '--reporter=json', `${folder}/`], {
      cwd: here,
      env: { ...env, MILLPOND_CHROMIUM: process.env.MILLPOND_CHROMIUM, PLAYWRIGHT_OUTPUT: output },
    });

  const { code, stdout, stderr } = await playwright('playwright');
  assert.equal(code, 0, stdout + stderr);
  assert.equal(JSON.parse(stdout).stats.expected, 2);

  const failed = await playwright('failing');
  assert.equal(failed.code, 1, failed.stdout + failed.stderr);
  const [{ results }] = JSON.parse(failed.stdout).suites[0].specs[0].tests;
  const journal = results[0].attachments.find(({ name }) => name === "millpond's journal");
  assert.match(Buffer.from(journal.body, 'base64').toString(), /GetApp user john ok 200/);
});
