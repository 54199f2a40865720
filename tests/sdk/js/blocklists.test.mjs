// Blocklists by the server SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDate, newApp, refused } from './helpers.mjs';

const { node } = await newApp('blocklists');

test('node-sdk: a blocklist is made, listed, changed and deleted', async () => {
  const { blocklist } = await node.createBlockList({ name: 'rude', words: ['darn'] });
  assert.equal(blocklist.type, 'word');
  assertDate(blocklist.created_at);
  const { blocklists } = await node.listBlockLists();
  assert.deepEqual(blocklists.map(({ name }) => name), ['profanity_en_2020_v1', 'rude']);
  await node.updateBlockList({ name: 'rude', words: ['darn', 'heck'] });
  assert.deepEqual((await node.getBlockList({ name: 'rude' })).blocklist.words, ['darn', 'heck']);
  await node.deleteBlockList({ name: 'rude' });
  await refused(node.getBlockList({ name: 'rude' }), { status: 404, code: 16, operation: 'GetBlockList', reason: /does not exist/ });
});
