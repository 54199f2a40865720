// Apps that people ship, in a real browser: pages made with the published SDKs, served from another origin than millpond,
// sign in, and stay signed in over an expiry, a revocation and a restart, without anyone touching them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BOUND_MS, launch, Page, Site } from './browser.mjs';
import { Millpond } from './millpond.mjs';

let millpond, site, browser;

before(async () => {
  millpond = await Millpond.start();
  site = await Site.open(['feeds-react-sdk.jsx', 'stream-chat.js']);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.close();
  await millpond?.close();
});

for (const name of ['feeds-react-sdk', 'stream-chat']) {
  describe(name, () => {
    let app;

    before(async () => {
      app = await millpond.newApp(name);
      await app.server.upsertUsers([{ id: 'hendrik', name: 'Hendrik' }, { id: 'greta', name: 'Greta' }]);
    });

    const open = (query) => Page.open(browser, site, name, { base_url: millpond.url, api_key: app.key, ...query });

    test('a user signs in with a token provider and stays signed in', async (t) => {
      const page = await open({ as: 'user', user_id: 'hendrik' });
      let whole = true;
      const step = (what, body) =>
        t.test(what, async (t) => {
          if (!whole) return t.skip('a step before this one failed');
          whole = false;
          await body();
          whole = true;
        });

      await step('the page shows who is signed in', async () => {
        await page.shows({ name: 'Hendrik', id: 'hendrik', role: 'user', online: true, connections: 1, asked: 1 });
        await page.complainsOnlyOf();
      });

      await step('it is told of a change while it looks on', async () => {
        await app.server.partialUpdateUser({ id: 'hendrik', set: { name: 'Hendrik the Second' } });
        await page.shows({ name: 'Hendrik the Second' });
        const { users } = await app.server.queryUsers({ id: 'hendrik' });
        await page.shows({ changed: new RegExp(`^${users[0].updated_at.slice(0, 19)}.*Z$`) });
        await page.complainsOnlyOf();
      });

      await step('it may ask the server', async () => {
        await page.press();
        await page.shows({ answers: 'Greta' });
        await page.complainsOnlyOf();
      });

      await step('an expiry that closes the socket: asked once more, connected again', async () => {
        await app.openSockets({ on_expiry: 'close' });
        await app.advance('3601s');
        await page.shows({ connections: 2, asked: 2, online: true });
        await page.press();
        await page.shows({ answers: 'Greta Greta', connections: 2, asked: 2 });
        await page.complainsOnlyOf();
      });

      await step('an expiry that a call meets: asked once more, the call goes through, the socket stays', async () => {
        await app.openSockets({ on_expiry: 'keep' });
        await app.advance('3601s');
        await page.press();
        await page.shows({ answers: 'Greta Greta Greta', connections: 2, asked: 3 });
        await page.complainsOnlyOf(/^console.error: Failed to load resource: .* 401 /);
      });

      await step('a revocation: asked once more, connected again', async () => {
        await app.advance('10s');
        await app.server.revokeUserToken('hendrik', new Date(await app.now()));
        await page.shows({ connections: 3, asked: 4, online: true });
        await page.press();
        await page.shows({ answers: 'Greta Greta Greta Greta', connections: 3, asked: 4 });
        await page.complainsOnlyOf();
      });

      for (const [signal, connections] of [['SIGTERM', 4], ['SIGKILL', 5]]) {
        await step(`a restart after ${signal}: connected again, with the token that it has`, async () => {
          const refused = page.page.waitForEvent('console', { 
            timeout: BOUND_MS,
            predicate: (message) => CONNECTION_REFUSED.test(message.text()),
          });
          await millpond.end(signal);
          await refused;
          await millpond.startAgain();
          await page.shows({ connections, online: true, asked: 4 });
          await app.server.partialUpdateUser({ id: 'hendrik', set: { name: `Hendrik after ${signal}` } });
          await page.shows({ name: `Hendrik after ${signal}`, connections, asked: 4 });
          await page.complainsOnlyOf(CONNECTION_REFUSED);
        });
      }

      await page.page.close();
    });

    test('a guest signs in', async () => {
      const page = await open({ as: 'guest', user_id: 'visitor', name: 'Visitor' });
      await page.shows({ name: 'Visitor', id: /^guest-.*-visitor$/, role: 'guest', online: true, connections: 1, asked: 0 });
      await page.press();
      await page.shows({ answers: 'Greta' });
      await page.complainsOnlyOf();
      await page.page.close();
    });

    test('an anonymous caller reads', async () => {
      const page = await open({ as: 'anonymous' });
      await page.press();
      await page.shows({ answers: 'Greta', asked: 0 });
      await page.complainsOnlyOf();
      await page.page.close();
    });
  });
}

const CONNECTION_REFUSED = /WebSocket connection to .* failed: Error in connection establishment: net::ERR_CONNECTION_REFUSED/;

test('a call that CORS forbids would have been seen', async () => {
  const page = await Page.open(browser, site, 'stream-chat', { base_url: millpond.url, api_key: 'none', as: 'nobody' });
  const elsewhere = site.origin.replace('127.0.0.1', 'localhost');
  const told = page.page.waitForEvent('console', { timeout: BOUND_MS, predicate: (message) => /CORS/.test(message.text()) });
  await page.page.evaluate((address) => fetch(address).catch(() => {}), `${elsewhere}/stream-chat`);
  await told;
  await assert.rejects(page.complainsOnlyOf(), /blocked by CORS policy/);
  await page.page.close();
});
