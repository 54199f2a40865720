// What goes wrong around a page: names that look like markup, two tabs, a process that restarts, input that is no input, a
// flood. Nothing is lost, the page stays responsive, and says what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, call, Dashboard, millpond, newApp, staged } from './dashboard.mjs';

staged();

async function open(t, name, place, users = []) {
  const app = await newApp(millpond, name, users);
  const page = await Dashboard.open(browser, millpond, app, place);
  t.after(() => page.close());
  return { app, page };
}

const MARKUP = '<img src=x onerror="window.broken=1">';

test('a user named as markup is text on every page', async (t) => {
  const name = `${MARKUP} App`;
  const { app, page } = await open(t, name, 'apps', [{ id: 'evil', name: MARKUP, teams: ['<b>x</b>'], [MARKUP]: MARKUP }]);
  const token = (await app.control('POST', '/tokens', { kind: 'user', user_id: MARKUP, claims: { note: MARKUP } })).token;
  await call(millpond, app, token);
  const images = () => page.page.locator('img:not([src="assets/logo.svg"])').count();
  await page.link(name).waitFor();
  await page.visit('users?user=evil');
  await page.page.getByRole('heading', { level: 2, name: MARKUP }).waitFor();
  assert.equal(await images(), 0);
  await page.visit('requests');
  await page.row(MARKUP).first().click();
  await page.page.getByRole('complementary', { name: 'The request' }).getByText(MARKUP).first().waitFor();
  assert.equal(await images(), 0);
  await page.visit('tokens');
  await page.field('Token').fill(token);
  await page.says(/"note": "<img src=x/);
  assert.equal(await images(), 0);
  for (const place of ['overview', 'connections', 'clock', 'faults', 'start']) {
    await page.visit(place);
    assert.equal(await images(), 0, place);
  }
  assert.equal(await page.page.evaluate(() => window.broken), undefined);
  await page.isClean();
});

test('two tabs change one setting: the second is told, and may save again', async (t) => {
  const { app, page: first } = await open(t, 'two-tabs', 'overview');
  const second = await Dashboard.open(browser, millpond, app, 'overview');
  t.after(() => second.close());
  const names = (tab) => tab.field('Unique user names');
  const save = (tab) => tab.card('Authentication').getByRole('button', { name: 'Save' }).click();
  await names(second).selectOption('team');
  await names(first).selectOption('app');
  await save(first);
  await first.wrote(/^Saved/);
  await save(second);
  await second.says(/Not saved: somebody else changed this meanwhile\. “Unique user names” is "app" by now/);
  assert.equal(await names(second).inputValue(), 'team', 'what was chosen is kept');
  assert.equal((await app.server.getAppSettings()).app.enforce_unique_usernames, 'app');
  await save(second);
  await second.wrote(/^Saved/);
  assert.equal((await app.server.getAppSettings()).app.enforce_unique_usernames, 'team');
  await first.isClean();
  await second.isClean();
});

test('two tabs change one user: the second is told, and may save again', async (t) => {
  const { app, page } = await open(t, 'two-editors', 'users?user=john', [{ id: 'john', name: 'John' }]);
  const detail = page.page.getByRole('complementary', { name: 'The user' });
  await detail.getByLabel('Name', { exact: true }).fill('Mine');
  await app.server.partialUpdateUser({ id: 'john', set: { name: 'Theirs' } });
  await page.button('Save user').click();
  await page.says(/^Not saved: somebody else changed john meanwhile/);
  assert.equal((await app.server.queryUsers({ id: 'john' })).users[0].name, 'Theirs');
  await page.button('Save user').click();
  await page.wrote('Saved john.');
  assert.equal((await app.server.queryUsers({ id: 'john' })).users[0].name, 'Mine');
  await page.isClean();
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`a restart after ${signal}: it says disconnected, keeps what was typed, and recovers`, async (t) => {
    const { app, page } = await open(t, `restart ${signal}`, 'requests', [{ id: 'john', name: 'John' }]);
    await call(millpond, app, app.server.createToken('john'));
    await page.row('GetApp').waitFor();
    const other = await Dashboard.open(browser, millpond, app, 'tokens');
    t.after(() => other.close());
    await other.field('Stream User ID').fill('typed before');
    await millpond.end(signal);
    await page.says(/^Disconnected: millpond does not answer at /, page.page.getByRole('alert'));
    await other.says(/^Disconnected/, other.page.getByRole('alert'));
    await other.button('Generate token').click();
    await other.says('millpond does not answer. Is it running?');
    await millpond.startAgain();
    await page.page.getByRole('alert').waitFor({ state: 'hidden' });
    await other.page.getByRole('alert').waitFor({ state: 'hidden' });
    assert.equal(await other.field('Stream User ID').inputValue(), 'typed before');
    await other.button('Generate token').click();
    await other.says(/lets this token in\.$/);
    // The journal is new: what comes now is seen, without anyone touching the page.
    await page.says(/^Live/);
    await call(millpond, app, app.server.createToken('john again'));
    await page.row('john again').waitFor();
    const refused = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED/;
    await page.isClean(refused);
    await other.isClean(refused);
  });
}

test('a pasted megabyte, 5 KB of custom data, ids with slashes and emoji', async (t) => {
  const odd = 'a/b?c=d&e#f 🌊';
  const { app, page } = await open(t, 'odd', 'tokens', [{ id: 'plain' }]);
  await page.field('Token').fill('x.'.repeat(512 * 1024));
  await page.says(/^This is 1,024 KiB; a token has a few hundred bytes/);
  await page.field('Token').fill('');
  await page.says('Why is a token refused?');

  // Some ids are only in tokens: such a user cannot be made, and the journal still tells of it.
  const { token } = await app.control('POST', '/tokens', { kind: 'user', user_id: odd });
  await call(millpond, app, token);
  await page.visit(`requests?${new URLSearchParams({ user: odd })}`);
  await page.row(odd).first().click();
  await page.says(odd, page.page.getByRole('complementary', { name: 'The request' }));
  await page.page.getByRole('complementary', { name: 'The request' }).getByRole('link', { name: odd }).click();
  await page.heading('Users');
  await page.says('No such user');

  await page.visit('users?user=plain');
  const detail = page.page.getByRole('complementary', { name: 'The user' });
  const big = 'x'.repeat(6 * 1024);
  await detail.getByLabel('Custom data', { exact: true }).fill(JSON.stringify({ big }));
  await page.button('Save user').click();
  await page.says(/^Not saved: /, detail);
  assert.ok((await detail.getByLabel('Custom data', { exact: true }).inputValue()).includes(big), 'nothing typed is lost');
  await page.isClean(/Failed to load resource: .* (400|413)/);
});

test('3,000 users: the list grows as it is read, and holds few rows in the document', async (t) => {
  const users = Array.from({ length: 3_000 }, (_, at) => ({ id: `user-${String(at).padStart(4, '0')}`, name: `User ${at}` }));
  const { page } = await open(t, 'many', 'users?sort=id&dir=asc', users);
  await page.says('3,000 users');
  const list = page.page.getByRole('grid', { name: 'Users' });
  await list.focus();
  const rows = () => page.page.locator('.rows .row').count();
  const held = async () => Number(await list.getAttribute('aria-rowcount')) - 1;
  let before = 0;
  while (before < 3_000) {
    const now = await held();
    if (now === before) await page.page.waitForFunction((was) => Number(document.querySelector('[role=grid]').ariaRowCount) - 1 > was, before);
    before = await held();
    await page.press('End');
    assert.ok((await rows()) < 80, `${await rows()} rows are in the document`);
  }
  await page.row('User 2999').waitFor();
  const order = await page.page.evaluate(() => [...document.querySelectorAll('.rows .row')].map((row) => [Number(row.ariaRowIndex), row.querySelector('code').textContent]).sort(([a], [b]) => a - b).map(([, id]) => id));
  assert.deepEqual(order, [...order].sort());
  await page.press('Home');
  await page.row('User 0').first().waitFor();
  await page.isClean();
});

test('a flood of requests: what is shown is bounded, the page answers, what was lost is counted', async (t) => {
  const { app, page } = await open(t, 'flood', 'requests');
  const token = app.server.createToken('john');
  const burst = () => Promise.all(Array.from({ length: 200 }, () => call(millpond, app, token)));
  await burst();
  await page.row('GetApp').first().waitFor();
  for (let rounds = 0; rounds < 15; rounds += 1) {
    await burst();
    assert.ok((await page.page.locator('.rows .row').count()) < 80);
  }
  await page.says(/the last 2,000 are held/);
  await page.field('Outcome').selectOption('refused');
  await page.says('No request matches');
  await page.isClean();
});
