// What links look like: the app's own table answers, and SDKs take code 4 for what is not in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, connected } from './feeds.mjs';
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

test('feeds-client: a link in a text brings its preview, and what is edited the one of its own link', async (t) => {
  const bob = await connected(t, app, 'bob');
  const feed = bob.feed('user', 'bob');
  await feed.getOrCreate({ watch: true });
  const of = ({ attachments }) => attachments.map(({ title, og_scrape_url }) => [title, og_scrape_url]);
  const { activity } = await feed.addActivity({ type: 'post', text: `Look: ${url}!` });
  assert.deepEqual(of(activity), [['Shoes', url]]);
  await becomes(feed, ({ activities }) => activities?.some((shown) => of(shown).length === 1));
  const { comment } = await bob.addComment({ object_id: activity.id, object_type: 'activity', comment: url });
  assert.deepEqual(of(comment), [['Shoes', url]]);
  const quiet = await feed.addActivity({ type: 'post', text: url, skip_enrich_url: true });
  assert.deepEqual(of(quiet.activity), []);
  const edited = await bob.updateActivityPartial({ id: activity.id, set: { text: 'No link' } });
  assert.deepEqual(of(edited.activity), []);
  const { comment: changed } = await bob.updateComment({ id: comment.id, comment: 'None here' });
  assert.deepEqual(of(changed), []);
});

test('feeds-client: where the app has previews wait, the state gets them by events', async (t) => {
  const late = await newApp('og-late');
  await late.control('PUT', '/link-previews', { url, preview });
  await late.node.updateApp({ async_url_enrich_enabled: true });
  const cat = await connected(t, late, 'cat');
  const feed = cat.feed('user', 'cat');
  await feed.getOrCreate({ watch: true });
  const { activity } = await feed.addActivity({ type: 'post', text: url });
  assert.deepEqual(activity.attachments, []);
  await becomes(feed, ({ activities }) => activities?.[0]?.attachments[0]?.title === 'Shoes');
});

test('node-sdk: the same for a server', async () => {
  assert.equal((await app.node.getOG({ url })).title, 'Shoes');
  await refused(app.node.getOG({ url: 'https://elsewhere.example' }), unknown);
});
