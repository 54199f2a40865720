// Five whole journeys by keyboard alone: no pointer is used, and what has the focus shows it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, call, Dashboard, millpond, newApp, staged } from './dashboard.mjs';

staged();

async function open(t, name, place, users = [{ id: 'john', name: 'John' }, { id: 'jane', name: 'Jane' }]) {
  const app = await newApp(millpond, name, users);
  const page = await Dashboard.open(browser, millpond, app, place);
  await page.page.mouse.move(0, 0);
  t.after(() => page.close());
  return { app, page };
}

test('from the list of apps to disabled auth checks, and undone', async (t) => {
  const { app, page } = await open(t, 'by-keyboard', 'apps');
  await page.tabTo('Skip to the content');
  await page.focusIsVisible();
  await page.press('Enter');
  await page.tabTo('by-keyboard');
  await page.focusIsVisible();
  await page.press('Enter');
  await page.heading('Chat Overview');
  await page.field('Disable Auth Checks').waitFor();
  await page.tabTo('Disable Auth Checks');
  await page.focusIsVisible();
  await page.press('Space');
  await page.says('Not saved yet.');
  await page.tabTo('Save');
  await page.press('Enter');
  const dev = app.server.devToken('john');
  await page.wrote('Saved: “Disable Auth Checks” is on.');
  assert.equal((await call(millpond, app, dev)).status, 200);
  await page.tabTo('Undo');
  await page.focusIsVisible();
  await page.press('Enter');
  await page.wrote('Undone: “Disable Auth Checks” as before.');
  assert.equal((await call(millpond, app, dev)).status, 401);
  await page.isClean();
});

test('a token is made and inspected', async (t) => {
  const { app, page } = await open(t, 'tokens-by-keyboard', 'apps');
  await page.press('g', 't');
  await page.heading('Tokens');
  await page.tabTo('Stream User ID');
  await page.type('jane');
  await page.press('Enter');
  await page.says('tokens-by-keyboard lets this token in.');
  await page.tabTo('Inspect');
  await page.press('Enter');
  await page.says(/^Let in as a user: jane/);
  await page.press('Escape', '/');
  await page.press('ControlOrMeta+a');
  await page.type('nonsense');
  await page.says(/^Refused with code/);
  assert.ok(app);
  await page.isClean();
});

test('a user is found, opened, renamed, and left', async (t) => {
  const { app, page } = await open(t, 'users-by-keyboard', 'apps');
  await page.press('g', 'u');
  await page.heading('Users');
  await page.row('Jane').waitFor();
  await page.press('/');
  await page.type('john');
  await page.page.waitForURL(/q=john/); // the whole word was asked for, not its beginning
  await page.says('1 user');
  await page.tabTo('Users');
  await page.press('ArrowDown', 'Enter');
  await page.page.getByRole('heading', { level: 2, name: 'John', exact: true }).waitFor();
  await page.tabTo('Name');
  await page.press('ControlOrMeta+a');
  await page.type('John by keyboard');
  await page.press('Enter');
  await page.wrote('Saved john.');
  assert.equal((await app.server.queryUsers({ id: 'john' })).users[0].name, 'John by keyboard');
  await page.page.getByRole('heading', { level: 2, name: 'John by keyboard', exact: true }).waitFor();
  await page.press('Escape');
  await page.page.getByRole('complementary', { name: 'The user' }).waitFor({ state: 'hidden' });
  await page.isClean();
});

test('the row that was gone to stays the one, whatever comes into the list meanwhile', async (t) => {
  const { app, page } = await open(t, 'row-by-keyboard', 'apps');
  await page.press('g', 'u');
  await page.row('Jane').waitFor();
  await page.press('/');
  await page.tabTo('Users');
  await page.press('Home');
  const name = await page.page.locator('.row.active strong').textContent();
  await app.server.upsertUsers([{ id: 'newest', name: 'Newest' }, { id: 'aaron', name: 'Aaron' }]);
  await page.row('Newest').waitFor();
  await page.press('Enter');
  await page.page.getByRole('heading', { level: 2, name: name.trim(), exact: true }).waitFor();
  await page.isClean();
});

test('why a login failed: the refused call is found, opened, and its check read', async (t) => {
  const { app, page } = await open(t, 'requests-by-keyboard', 'apps');
  const { token } = await app.control('POST', '/tokens', { kind: 'user', user_id: 'john', ttl: '-1h' });
  await call(millpond, app, token);
  await call(millpond, app, app.server.createToken('jane'));
  await page.press('g', 'r');
  await page.heading('Requests');
  await page.row('jane').first().waitFor();
  await page.tabTo('Requests', { key: 'Tab' });
  await page.press('End', 'Home', 'ArrowDown', 'Enter');
  const detail = page.page.getByRole('complementary', { name: 'The request' });
  await detail.waitFor();
  await page.press('Escape');
  await detail.waitFor({ state: 'hidden' });
  await page.press('Home');
  for (let tries = 0; tries < 10; tries += 1) {
    await page.press('Enter');
    await detail.getByText(/^(Refused|Let in|An event)/).first().waitFor();
    if (await detail.getByText('Refused with code 40, HTTP 401').count()) break;
    await page.press('Escape', 'ArrowDown');
  }
  await page.says('Refused with code 40, HTTP 401', detail);
  await page.says('fail, decides', detail);
  await page.tabTo('Copy as curl');
  await page.press('Enter');
  await page.says('Copied', detail);
  await page.isClean();
});

test('the clock is frozen and set free, a snapshot taken; keys are told and closed', async (t) => {
  const { app, page } = await open(t, 'clock-by-keyboard', 'apps');
  await page.press('?');
  await page.dialog().getByRole('heading', { name: 'Keys' }).waitFor();
  await page.press('Escape');
  await page.dialog().waitFor({ state: 'hidden' });
  await page.press('g', 'k');
  await page.heading('Clock');
  await page.tabTo('Freeze');
  await page.press('Enter');
  await page.wrote('Froze the clock.', /^millpond clock freeze/);
  assert.equal((await app.control('GET', '/clock')).mode, 'frozen');
  await page.press('g', 's');
  await page.heading('Fixtures and snapshots');
  await page.tabTo('Name');
  await page.type('frozen');
  await page.press('Enter');
  await page.wrote('Took the snapshot frozen.');
  await page.press('Escape', 'g', 'k');
  await page.heading('Clock');
  await page.tabTo('Back to real time');
  await page.press('Enter');
  await page.wrote('The clock shows real time.');
  assert.equal((await app.control('GET', '/clock')).mode, 'system');
  await page.isClean();
});
