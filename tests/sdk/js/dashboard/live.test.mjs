// What is shown follows the server: by what the server tells alone, whoever changed it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, Dashboard, millpond, newApp, PAGES, staged } from './dashboard.mjs';

staged();

async function open(t, name, place, users = []) {
  const app = await newApp(millpond, name, users);
  const page = await Dashboard.open(browser, millpond, app, place);
  t.after(() => page.close());
  return { app, page };
}

/** From now on asking anew gets the old answer: only what is told can be shown. */
async function deafenPolls(page) {
  const answers = new Map();
  await page.page.route('**/_millpond/info*', async (route) => {
    const url = route.request().url();
    if (!answers.has(url)) answers.set(url, await (await route.fetch()).text());
    await route.fulfill({ contentType: 'application/json', body: answers.get(url) });
  });
}

const switchOf = (page, name) => page.page.getByRole('switch', { name, exact: true });

test('a change by an SDK is shown at once: the badge, the switch; the next one too', async (t) => {
  const { app, page } = await open(t, 'followed', 'overview');
  await deafenPolls(page);
  const badge = page.link('Auth checks disabled');
  const checks = switchOf(page, 'Disable Auth Checks');
  assert.ok(!(await checks.isChecked()));
  await app.server.updateAppSettings({ disable_auth_checks: true });
  await badge.waitFor();
  await page.page.waitForFunction(() => document.querySelector('#setting-disable-auth-checks').checked);
  await app.server.updateAppSettings({ disable_auth_checks: false });
  await badge.waitFor({ state: 'hidden' });
  await page.page.waitForFunction(() => !document.querySelector('#setting-disable-auth-checks').checked);
  await app.control('PATCH', '/settings', { unknown_user: 'refuse' });
  await page.page.waitForFunction(() => document.querySelector('#setting-unknown-user').value === 'refuse');
  await page.isClean();
});

test('what is being edited is kept and marked, whatever is changed beside it or under it', async (t) => {
  const { app, page } = await open(t, 'edited', 'overview');
  await page.field('Unique user names').selectOption('team');
  await page.page.locator('.changed .badge').waitFor();
  await app.server.updateAppSettings({ multi_tenant_enabled: true });
  await page.page.waitForFunction(() => document.querySelector('#setting-multi-tenant-enabled').checked);
  assert.equal(await page.field('Unique user names').inputValue(), 'team');
  await app.server.updateAppSettings({ enforce_unique_usernames: 'app' });
  await page.says('not saved, and "app" by now', page.page.locator('.changed'));
  assert.equal(await page.field('Unique user names').inputValue(), 'team');
  await page.card('Authentication').getByRole('button', { name: 'Discard' }).click();
  assert.equal(await page.field('Unique user names').inputValue(), 'app');
  await page.isClean();
});

test('what is switched before the form has read its settings stays switched, and is marked', async (t) => {
  const app = await newApp(millpond, 'early');
  const page = await Dashboard.open(browser, millpond, app, 'apps');
  t.after(() => page.close());
  let letThrough;
  const held = new Promise((resolve) => { letThrough = resolve; });
  await page.page.route('**/api/v2/app?*', async (route) => { await held; await route.continue(); });
  await page.visit('overview');
  await switchOf(page, 'Multi-tenancy').click();
  await page.page.locator('.changed .badge').waitFor();
  letThrough();
  const card = page.card('Authentication');
  await card.getByRole('button', { name: 'Discard' }).waitFor();
  assert.ok(await switchOf(page, 'Multi-tenancy').isChecked());
  await card.getByRole('button', { name: 'Save' }).click();
  await page.wrote('Saved: “Multi-tenancy” is on.', /PATCH/);
  await page.isClean();
});

test('what is not as in production stands on every page, and goes when it is over', async (t) => {
  const { app, page } = await open(t, 'badges', 'users', [{ id: 'john' }]);
  await deafenPolls(page);
  const { id } = await app.control('POST', '/faults', { operation: 'GetApp', times: 1, then: { error: { code: 9 } } });
  assert.ok(id);
  await app.control('PUT', '/stubs', { operation: 'ListDevices', body: {} });
  await app.control('POST', '/clock/advance', { by: '1h' });
  await app.server.updateAppSettings({ disable_auth_checks: true });
  const names = ['1 active fault', '1 stub', /^Clock moved: /, 'Auth checks disabled'];
  const strip = page.page.getByRole('region', { name: 'Status' });
  for (const title of Object.values(PAGES)) {
    await page.page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
    await page.page.getByRole('heading', { level: 1 }).waitFor();
    for (const name of names) await strip.getByRole('link', { name }).waitFor();
  }
  await app.server.getAppSettings().catch(() => {}); // strikes, for the last time
  await strip.getByRole('link', { name: names[0] }).waitFor({ state: 'hidden' });
  await app.control('DELETE', '/stubs');
  await strip.getByRole('link', { name: names[1] }).waitFor({ state: 'hidden' });
  await app.control('PUT', '/clock', { system: true });
  await strip.getByRole('link', { name: names[2] }).waitFor({ state: 'hidden' });
  await page.isClean();
});

test('connections, users and apps of another are shown as they come and go', async (t) => {
  const { app, page } = await open(t, 'comings', 'users', [{ id: 'john', name: 'John' }]);
  await deafenPolls(page);
  await app.server.upsertUsers([{ id: 'jane', name: 'Jane' }]);
  await page.row('Jane').waitFor();
  await app.server.partialUpdateUser({ id: 'john', set: { name: 'Johnny' } });
  await page.row('Johnny').waitFor();
  await page.isClean();
});
