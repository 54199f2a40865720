// Two people, each with a page made with the published React SDK: what one posts the other sees, and nobody reloads anything.

import { after, before, test } from 'node:test';
import { launch, Page, Site } from './browser.mjs';
import { Millpond } from './millpond.mjs';

let millpond, site, browser;

before(async () => {
  millpond = await Millpond.start();
  site = await Site.open(['feed.jsx']);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.close();
  await millpond?.close();
});

test('a post appears in the page of a follower without a reload, and is there after one', async () => {
  const app = await millpond.newApp('feed');
  const open = (query) => Page.open(browser, site, 'feed', { base_url: millpond.url, api_key: app.key, as: 'user', ...query });
  const hendrik = await open({ user_id: 'hendrik' });
  await hendrik.shows({ ready: true, own: '', timeline: '', followers: 0 });
  const greta = await open({ user_id: 'greta', follows: 'hendrik' });
  await greta.shows({ ready: true, following: 'user:hendrik', timeline: '' });
  await hendrik.shows({ followers: 1 });

  await hendrik.press();
  await greta.shows({ timeline: 'hendrik: Hello from hendrik', own: '' });
  await hendrik.shows({ own: 'hendrik: Hello from hendrik', timeline: '' });
  await greta.press();
  await greta.shows({ own: 'greta: Hello from greta', timeline: 'hendrik: Hello from hendrik' });

  await greta.page.reload();
  await greta.shows({ ready: true, following: 'user:hendrik', timeline: 'hendrik: Hello from hendrik' });
  for (const page of [hendrik, greta]) {
    await page.complainsOnlyOf();
    await page.page.close();
  }
});
