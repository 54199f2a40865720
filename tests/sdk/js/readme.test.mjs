// The README's examples are run as they stand there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import { AT_ONCE, newApp } from './helpers.mjs';

/** Runs the example under such a comment so many times in an app of its own, and gives what it prints each time. */
async function printed(name, times) {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, example] = readme.match(new RegExp(`<!-- ${name}: [^\\n]*-->\\n\`\`\`js\\n([\\s\\S]*?)\`\`\``));
  const app = await newApp(`readme: ${name}`);
  // Beside this file, so that it finds the same packages.
  const file = new URL(`./.readme-${name.replaceAll(' ', '-')}.mjs`, import.meta.url);
  await writeFile(file, example);
  try {
    const env = { ...process.env, STREAM_API_KEY: app.key };
    const outputs = [];
    while (outputs.length < times) {
      const { stdout } = await promisify(execFile)(process.execPath, [file.pathname], { env, timeout: 60_000 });
      outputs.push(stdout);
    }
    return outputs;
  } finally {
    await rm(file);
  }
}

// The SDK's timers keep each run alive for a quarter of a minute.
describe('the README', AT_ONCE, () => {
  test('its example of a sign-in signs in', async () => {
    const [stdout] = await printed('example', 1);
    assert.match(stdout, /^signed in as John$/m);
  });

  test('its example of feeds shows what was posted, and what was posted before when it is run again', async () => {
    const runs = await printed('feeds example', 2);
    const posts = runs.map((stdout) => stdout.match(/^john: Hello, it is .*$/gm));
    assert.deepEqual(posts.map(({ length }) => length), [1, 2]);
    assert.equal(posts[1][1], posts[0][0]);
  });
});
