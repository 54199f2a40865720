// The path of Stream's page "Tokens & Authentication", section "Developer Tokens", in its own words, by someone who has read
// nothing else; in the end the app's own SDK connects with a developer token.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamChat } from 'stream-chat';
import { browser, call, Dashboard, millpond, newApp, staged, steps } from './dashboard.mjs';

staged();

test('To enable development tokens, you need to change your application configuration', async (t) => {
  const step = steps(t);
  const app = await newApp(millpond, 'Appname', [{ id: 'john', name: 'John' }]);
  const client = new StreamChat(app.key, { baseURL: millpond.url, allowServerSideConnect: true });
  let page;

  await step('until then a developer token is refused', async () => {
    const { status, body } = await call(millpond, app, client.devToken('john'));
    assert.deepEqual([status, body.code], [401, 43]);
  });

  await step('On the Dashboard', async () => {
    const owner = await browser.newContext();
    page = new Dashboard(await owner.newPage(), millpond);
    await page.page.goto(`${millpond.url}/`);
    assert.equal(new URL(page.page.url()).pathname, '/_millpond/');
    await page.heading('Apps');
  });

  await step('Select the App you want to enable developer tokens on', async () => {
    await page.link('Appname').waitFor();
  });

  await step('Click Appname to enter the Chat Overview', async () => {
    await page.link('Appname').click();
    await page.heading('Chat Overview');
  });

  await step('Scroll to the Authentication section', async () => {
    const section = page.card('Authentication');
    await section.scrollIntoViewIfNeeded();
    await section.getByRole('heading', { name: 'Authentication', exact: true }).waitFor();
  });

  await step('Toggle Disable Auth Checks', async () => {
    await page.page.getByRole('switch', { name: 'Disable Auth Checks' }).click();
    await page.says('Affects 1 user, 0 open connections.');
  });

  await step('Click Save', async () => {
    await page.card('Authentication').getByRole('button', { name: 'Save' }).click();
    await page.wrote('Saved: “Disable Auth Checks” is on.', /PATCH .*\/api\/v2\/app/);
    await page.link('Auth checks disabled').waitFor();
    await page.isClean();
  });

  await step('This disables the authentication check, but does not remove the requirement to send a token', async () => {
    const response = await fetch(`${millpond.url}/api/v2/app?api_key=${app.key}`, { headers: { 'stream-auth-type': 'jwt' } });
    assert.equal(response.status, 401);
  });

  await step('Send a client generated development token: the SDK connects', async () => {
    const connected = await client.connectUser({ id: 'john' }, client.devToken('john'));
    assert.equal(connected.me.id, 'john');
    await client.disconnectUser();
  });

  await page?.close();
});

test('Please enter a Secret and Stream User ID: a token from the generator works as it is', async (t) => {
  const app = await newApp(millpond, 'Generator', [{ id: 'john', name: 'John' }]);
  const page = await Dashboard.open(browser, millpond, app, 'tokens');
  t.after(() => page.close());
  const generator = page.card('JWT generator');
  await generator.getByRole('button', { name: 'Generate token' }).click();
  await page.says('Please enter a Secret and Stream User ID');
  await page.field('Stream User ID').fill('john');
  await generator.getByRole('button', { name: 'Generate token' }).click();
  await page.says('Generator lets this token in.');
  const token = await generator.getByRole('region', { name: 'Token' }).textContent();
  assert.equal((await call(millpond, app, token)).status, 200);
  const client = new StreamChat(app.key, { baseURL: millpond.url, allowServerSideConnect: true });
  assert.equal((await client.connectUser({ id: 'john' }, token)).me.id, 'john');
  await client.disconnectUser();
  await page.isClean();
});
