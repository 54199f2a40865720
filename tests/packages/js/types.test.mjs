// The types say what there is, to modules and to CommonJS: each line that has to be wrong is marked as that.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { here, run } from './support.mjs';

test('the types are those of the code', async () => {
  const { code, stdout } = await run('node', ['node_modules/typescript/lib/tsc.js', '--project', 'types'], { cwd: here });
  assert.equal(code, 0, stdout);
});
