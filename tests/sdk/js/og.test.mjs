// What links look like: the app's own table answers, and SDKs take code 4 for what is not in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected } from './feeds.mjs';
import { newApp, refused } from './helpers.mjs';

const app = await newApp('og');
const url = 'https://shop.example/shoes';
const preview = { title: 'Shoes', text: 'To walk in', image_url: 'https://shop.example/shoes.png' };
await app.control('PUT', '/link-previews', { url, preview });

const unknown = { status: 400, code: 4, operation: 'GetOG', reason: /nothing is known of https:\/\/elsewhere\.example/ };

test('feeds-client: a preview is shown, and goes into a post as it came', async (t) => {
  const ann = await connected(t, app, 'ann');
  const { duration, metadata, ...shown } = await ann.getOG({ url });
  assert.deepEqual({ title: shown.title, text: shown.text, image_url: shown.image_url, og_scrape_url: shown.og_scrape_url }, { ...preview, og_scrape_url: url });
  await ann.feed('user', 'ann').getOrCreate();
  const { activity } = await ann.addActivity({ feeds: ['user:ann'], type: 'post', text: url, attachments: [shown] });
  assert.deepEqual(activity.attachments.map(({ title, og_scrape_url }) => [title, og_scrape_url]), [['Shoes', url]]);
  await refused(ann.getOG({ url: 'https://elsewhere.example' }), unknown);
});

test('node-sdk: the same for a server', async () => {
  assert.equal((await app.node.getOG({ url })).title, 'Shoes');
  await refused(app.node.getOG({ url: 'https://elsewhere.example' }), unknown);
});
