// The lists of requests and users: found by a part of a name, told beside the field, readable at every width.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamChat } from 'stream-chat';
import { browser, call, Dashboard, millpond, newApp, staged } from './dashboard.mjs';

staged();

async function open(t, app, place, viewport) {
  const page = await Dashboard.open(browser, millpond, app, place, { viewport });
  t.after(() => page.close());
  return page;
}

/** Whether all of a text's own width is in sight. */
const holds = async (locator, asked) => {
  // A list draws its rows anew when its width or its data change: one that is asked meanwhile may be gone.
  for (let frames = 100; frames > 0; frames -= 1) {
    if (await locator.evaluate(asked)) return true;
    await locator.page().evaluate(() => new Promise((next) => { requestAnimationFrame(next); }));
  }
  return false;
};
const isWhole = (locator) => holds(locator, (element) => element.scrollWidth <= element.clientWidth + 1 && element.clientWidth > 0);

test('requests are found by a part of a name in any case; = is the name as it is', async (t) => {
  const app = await newApp(millpond, 'parts');
  for (const user of ['john', 'johnny', 'JOHANNA', 'mia']) await call(millpond, app, app.server.createToken(user));
  const page = await open(t, app, 'requests?user=');
  await page.says(/4 shown/);
  await page.field('User').fill('JOH');
  await page.says(/3 shown/);
  await page.field('User').fill('=john');
  await page.says(/1 shown/);
  await page.field('User').fill('');
  await page.field('Operation').fill('getap');
  await page.says(/4 shown/);
  await call(millpond, app, app.server.createToken('mia'));
  await page.says(/5 shown/); // the live view takes the same
  await page.field('Operation').fill('frobnicate');
  await page.saysBeside('Operation', 'No operation has “frobnicate” in its name');
  await page.field('Operation').fill('');
  await page.field('Code').fill('many');
  await page.saysBeside('Code', /code has to be a whole number/);
  await page.field('Code').fill('0');
  await page.says(/5 shown/);
  assert.equal(await page.page.getByRole('alert').filter({ visible: true }).count(), 0);
  await page.isClean(/Failed to load resource: .* 400/);
});

test('requests that were before the first page are read as the list is scrolled', async (t) => {
  const app = await newApp(millpond, 'pages');
  const token = app.server.createToken('john');
  for (let at = 0; at < 250; at += 25) await Promise.all(Array.from({ length: 25 }, () => call(millpond, app, token)));
  const page = await open(t, app, 'requests?user=');
  await page.row('GetApp').first().waitFor();
  await page.page.getByRole('grid', { name: 'Requests' }).focus();
  await page.press('End');
  await page.says(/250 shown/);
  await page.isClean();
});

for (const width of [801, 1000, 1280, 1600]) {
  test(`at ${width} px the path and the caller can be read, and no verdict takes no room`, async (t) => {
    const app = await newApp(millpond, `wide ${width}`);
    await call(millpond, app, app.server.createToken('somebody-important'));
    const page = await open(t, app, 'requests?user=', { width, height: 800 });
    const row = page.row('GetApp').last();
    assert.ok(await isWhole(row.locator('.path')));
    assert.ok(await isWhole(row.locator('.c-caller code')));
    assert.equal(await row.locator('.c-verdict').evaluate((cell) => cell.offsetWidth), 0);
    assert.ok(await isWhole(page.page.locator('.scroller')));
    await call(millpond, app, 'no token');
    await page.row('code 5').locator('.c-verdict').waitFor();
    assert.ok(await isWhole(row.locator('.path')));
    assert.ok(await isWhole(row.locator('.c-caller code')));
    await page.isClean();
  });
}

test('who is refused over and over is named on the page, and the badge is on every page', async (t) => {
  const app = await newApp(millpond, 'loop');
  const page = await open(t, app, 'users');
  const { token } = await app.control('POST', '/tokens', { kind: 'user', user_id: 'john', secret: 'another' });
  await Promise.all(Array.from({ length: 40 }, () => call(millpond, app, token)));
  await page.link('1 user refused over and over').click();
  await page.heading('Requests');
  await page.says(/^john is refused over and over: \d+ times since .*, GetApp with code 43\.$/);
  await page.says(/signed with another secret/);
  await page.link('Show its calls').click();
  assert.match(page.page.url(), /user=%3Djohn/);
  await page.isClean();
});

test('calls without a known key are told of while one waits for the first, and shown', async (t) => {
  const app = await newApp(millpond, 'lost');
  const page = await open(t, app, 'requests');
  await page.says(/Waiting for the first request/);
  await call(millpond, { key: 'no-such-key' }, app.server.createToken('john'));
  await page.says(/came with no API key, or with one that no app has/);
  await page.link('Show them').click();
  await page.row('code 2').first().waitFor();
  assert.equal(await page.field('Calls').inputValue(), 'keyless');
  const before = await page.row('code 2').count();
  await call(millpond, { key: 'another-such-key' }, app.server.createToken('john'));
  await page.page.waitForFunction((count) => document.querySelectorAll('.rows .row').length > count, before);
  await page.row('code 2').first().click();
  await page.says('Refused with code 2, HTTP 401', page.page.getByRole('complementary'));
  await page.isClean();
});

test('users are found by their state, deleted ones too, and can be taken back', async (t) => {
  const app = await newApp(millpond, 'states', ['anna', 'ben', 'carl', 'dora'].map((id) => ({ id, name: `The ${id}` })));
  await app.server.deactivateUser('ben');
  await app.server.deleteUser('carl');
  await app.server.banUser('dora', { banned_by_id: 'anna' });
  const client = new StreamChat(app.key, { baseURL: millpond.url, allowServerSideConnect: true });
  t.after(() => client.disconnectUser());
  await client.connectUser({ id: 'anna' }, app.server.createToken('anna'));
  const page = await open(t, app, 'users');
  await page.says('3 users');
  for (const [state, id] of [['Online', 'anna'], ['Deactivated', 'ben'], ['Banned', 'dora'], ['Deleted', 'carl']]) {
    await page.field('State').selectOption(state);
    await page.says('1 user');
    await page.row(`The ${id}`).filter({ hasText: state.toLowerCase() }).waitFor();
  }
  await page.field('Search').fill('carl');
  await page.row('The carl').click();
  await page.button('Restore a deleted user').click();
  await page.wrote('Restored carl.');
  await page.field('State').selectOption('All but deleted');
  await page.row('The carl').waitFor();
  await page.field('Search').fill('{"role": ');
  await page.saysBeside('Search', 'The filter is not JSON');
  await page.isClean();
});

test('at 390 px a long name leaves the id readable', async (t) => {
  const id = 'somebody-with-an-id-of-size';
  const app = await newApp(millpond, 'long', [{ id, name: 'Wolfeschlegelsteinhausenbergerdorff Maximilian Alexander the Third of Somewhere' }]);
  const page = await open(t, app, 'users', { width: 390, height: 800 });
  assert.ok(await isWhole(page.row('Wolfe').locator('code')));
  assert.ok(await isWhole(page.page.locator('main')));
  await page.page.setViewportSize({ width: 1280, height: 800 });
  assert.ok(await holds(page.row('Wolfe').locator('code'), (code) => code.clientWidth > 120));
  await page.isClean();
});
