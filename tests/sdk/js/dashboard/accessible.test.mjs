// axe-core on every page, with something on it and open beside the list: in light and dark, on a phone and on a desktop. What it
// looked at is left as pictures under target/dashboard/.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { StreamChat } from 'stream-chat';
import { call, Dashboard, DESKTOP, launch, newApp, PAGES, PHONE, Process } from './dashboard.mjs';

let millpond, browser, axe, app, client;

before(async () => {
  millpond = await Process.start();
  browser = await launch();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const people = ['Ada', 'Ben', 'Chloé', 'Dmitri', 'Eve', 'Farid', 'Greta', 'Hendrik', 'Ines', 'Jane', 'John', 'Kofi', 'Li Na', 'Mia', 'Noor', 'Olga'];
  const users = people.map((name, at) => ({ id: name.toLowerCase().replace(/\W+/g, '-'), name, role: at % 5 ? 'user' : 'admin', colour: 'blue', teams: at % 3 ? [] : ['blue'] }));
  app = await newApp(millpond, 'quickstart', users);
  await app.server.banUser('eve', { banned_by_id: 'ada' });
  await app.server.deactivateUser('ben');
  const mint = async (wanted) => (await app.control('POST', '/tokens', wanted)).token;
  await call(millpond, app, await mint({ kind: 'user', user_id: 'john' }));
  await call(millpond, app, await mint({ kind: 'user', user_id: 'jane', ttl: '-1h' }));
  await call(millpond, app, await mint({ kind: 'user', user_id: 'mia', secret: 'another' }));
  await call(millpond, app, await mint({ kind: 'dev', user_id: 'noor' }));
  await call(millpond, app, await mint({ kind: 'user', user_id: 'ben' }));
  await app.control('POST', '/faults', { operation: 'QueryUsers', times: 3, then: { latency: '2s' } });
  await app.control('PUT', '/stubs', { method: 'POST', path: '/api/v2/feeds/follows', status: 200, body: { hello: 'world' } });
  await app.control('POST', '/snapshots', { name: 'before-the-test' });
  client = new StreamChat(app.key, { baseURL: millpond.url, allowServerSideConnect: true });
  await client.connectUser({ id: 'john' }, await mint({ kind: 'user', user_id: 'john' }));
});

after(async () => {
  await client?.disconnectUser();
  await browser?.close();
  await millpond?.close();
});

/** What is done on a page before it is looked at. */
const DONE = {
  async overview(page) {
    await page.page.getByRole('switch', { name: 'Disable Auth Checks' }).click();
    await page.says(/^Affects /);
  },
  async tokens(page) {
    await page.field('Stream User ID').fill('john');
    await page.button('Generate token').click();
    await page.says('quickstart lets this token in.');
    const { token } = await app.control('POST', '/tokens', { kind: 'user', user_id: 'jane', ttl: '-1h' });
    await page.field('Token').fill(token);
    await page.says('Refused with code 40, HTTP 401');
  },
  async users(page) {
    await page.row('Jane').waitFor();
    await page.look('users-list');
    await page.row('John').click();
    await page.says('stream-chat-js', page.page.getByRole('complementary'));
  },
  async requests(page) {
    await page.row('code 43').first().waitFor();
    await page.look('requests-list');
    await page.row('code 40').first().click();
    await page.says('fail, decides');
  },
  async connections(page) { await page.row('john').waitFor(); },
  async clock(page) { await page.button('+ 1 h').waitFor(); },
  async faults(page) { await page.says(/waits 2/); },
  async state(page) { await page.says('before-the-test'); },
};

for (const [scheme, size, viewport] of [['light', 'desktop', DESKTOP], ['dark', 'desktop', DESKTOP], ['light', 'phone', PHONE], ['dark', 'phone', PHONE]]) {
  test(`${scheme}, ${size}`, async (t) => {
    const page = await Dashboard.open(browser, millpond, app, 'apps', { scheme, viewport });
    t.after(() => page.close());
    const [looked, wrong] = [[], []];
    /** The page as it is now: a picture, no violation, nothing wider than the screen. */
    page.look = async (name) => {
      looked.push(name);
      await page.shot(`${name}-${scheme}-${size}`);
      const { violations, wide } = await page.page.evaluate(async (source) => {
        if (!window.axe) (0, eval)(source); // in the world of the debugger, which the page's policy does not bind
        const found = await window.axe.run(document, { resultTypes: ['violations'] });
        return { violations: found.violations, wide: Math.max(0, ...[...document.querySelectorAll('html, main, .detail, dialog, .card')].map((one) => one.scrollWidth - one.clientWidth)) };
      }, axe);
      wrong.push(...violations.map(({ id, help, nodes }) => `${name}: ${id}: ${help}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`));
      if (wide > 0) wrong.push(`${name} is ${wide} px wider than the screen`);
    };
    for (const name of Object.keys(PAGES)) {
      await page.visit(name);
      await page.heading(PAGES[name]);
      await DONE[name]?.(page);
      await page.look(name);
    }
    assert.equal(looked.length, Object.keys(PAGES).length + 2);
    await page.visit('users');
    await page.button('New user').click();
    await page.dialog().waitFor();
    await page.look('dialog');
    assert.deepEqual(wrong, []);
    await page.isClean();
  });
}
