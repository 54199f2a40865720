// A page that signs in by what it is handed, and an app for each test.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

import { expect, withMillpond } from 'millpond/playwright';

const test = withMillpond({ fixture: 'quickstart' });

// Not by `page.route`: Chromium lets a page that came from nowhere reach nothing on loopback.
const page = await readFile(new URL('page.html', import.meta.url));
const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));

test.beforeAll(async () => {
  await once(site.listen(0, '127.0.0.1'), 'listening');
});

test.afterAll(() => site.close());

const open = (page) => page.goto(`http://127.0.0.1:${site.address().port}/`);

test('a page is handed its app', async ({ app, page }) => {
  await app.attach(page);
  await open(page);
  await expect(page).toHaveTitle('GetApp 200');
  await expect(app).toHaveReceived({ operation: 'GetApp', userId: 'john', times: 1 });
  await expect(app).toHaveReceivedInOrder([{ operation: 'TokenProvider' }, { operation: 'GetApp', timeout: '5s' }]);
});

test('a page that is not, finds none', async ({ app, page }) => {
  const failed = page.waitForEvent('pageerror');
  await open(page);
  expect((await failed).message).toContain('millpond');
  await expect(app).not.toHaveReceived({ operation: 'GetApp' });
});
