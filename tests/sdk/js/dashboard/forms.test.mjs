// What is wrong with a form stands beside the field that caused it, on every page; what is done can be undone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamChat } from 'stream-chat';
import { browser, call, Dashboard, millpond, newApp, staged } from './dashboard.mjs';

staged();

async function open(t, name, place, users = [{ id: 'john', name: 'John' }]) {
  const app = await newApp(millpond, name, users);
  const page = await Dashboard.open(browser, millpond, app, place);
  t.after(() => page.close());
  return { app, page };
}

/** What is typed wrongly where, by what button it is sent, and what then stands beside that field. */
const WRONG = [
  ['apps', 'a secret alone', { opens: 'New app', types: { Secret: 'x' }, sends: 'Create', says: ['API key', /api_key|secret/] }],
  ['apps', 'a time to live', { opens: 'Clone wrong-1', types: { 'Time to live': 'soon' }, sends: 'Clone', says: ['Time to live', /soon|duration|length/] }],
  ['overview', 'a moment', { types: { 'Issued before': 'yesterday' }, sends: 'Revoke…', says: ['Issued before', 'This is no time.'] }],
  ['overview', 'a setting that is no number', { types: { 'Leeway of iat, in seconds': '1.5' }, sends: 'Save', last: true, says: ['Leeway of iat, in seconds', 'A whole number is needed.'] }],
  ['overview', 'a setting that the server refuses', { types: { 'Leeway of iat, in seconds': '99999999' }, sends: 'Save', last: true, says: ['Leeway of iat, in seconds', /86400/] }],
  ['tokens', 'claims that are no JSON', { details: 'More', types: { 'Stream User ID': 'john', 'Custom claims': '{' }, sends: 'Generate token', says: ['Custom claims', 'This is not JSON: '] }],
  ['tokens', 'a time that the server refuses', { details: 'More', types: { 'Stream User ID': 'john', 'Issued at (iat)': 'noon' }, sends: 'Generate token', says: ['Issued at (iat)', /no RFC 3339 time/] }],
  ['users', 'an id that is there', { opens: 'New user', types: { ID: 'john' }, sends: 'Create', says: ['ID', /john is there already/] }],
  ['users', 'custom data', { opens: 'New user', types: { ID: 'new', 'Custom data': '[1]' }, sends: 'Create', says: ['Custom data', /JSON of an object/] }],
  ['users?user=john', 'minutes', { opens: 'Ban…', types: { Minutes: 'five' }, sends: 'Ban', says: ['Minutes', 'A whole number is needed.'] }],
  ['users?user=john', 'a moment', { opens: 'Revoke tokens…', types: { 'Issued before': 'yesterday' }, sends: 'Revoke', says: ['Issued before', 'This is no time.'] }],
  ['clock', 'a moment', { types: { 'Freeze at': 'noon' }, sends: 'Freeze at this time', says: ['Freeze at', /no RFC 3339 time/] }],
  ['clock', 'a length of time', { types: { 'Advance by': 'much' }, sends: 'Advance', says: ['Advance by', /./] }],
  ['faults', 'an operation', { of: 'Faults', types: { Operation: 'Frobnicate' }, sends: 'Set fault', says: ['Operation', /Frobnicate/] }],
  ['faults', 'how often', { types: { Times: 'often' }, sends: 'Set fault', says: ['Times', 'A whole number is needed.'] }],
  ['faults', 'a body', { types: { Path: '/api/v2/feeds/follows', Body: '{' }, sends: 'Set stub', says: ['Body', 'This is not JSON: '] }],
  ['faults', 'a path', { types: { Path: 'nowhere' }, sends: 'Set stub', says: ['Path', /./] }],
  ['state', 'no name', { types: {}, sends: 'Take a snapshot', says: ['Name', 'A snapshot needs a name.'] }],
];

for (const [at, [place, what, { opens, of, details, types, sends, last, says }]] of WRONG.entries()) {
  test(`${place}, ${what}: it stands beside the field, and goes when that is changed`, async (t) => {
    const { page } = await open(t, `wrong-${at}`, place);
    if (opens) await page.button(opens).click();
    const within = opens ? page.dialog() : of ? page.card(of) : page.page.locator('main');
    if (details) await page.page.getByText(details, { exact: true }).click();
    for (const [label, text] of Object.entries(types)) await within.getByLabel(label, { exact: true }).first().fill(text);
    const button = within.getByRole('button', { name: sends, exact: true });
    await (last ? button.last() : button.first()).click();
    const [label, text] = says;
    await page.saysBeside(label, text, within);
    await within.getByLabel(label, { exact: true }).first().fill('1');
    assert.equal(await within.getByRole('alert').filter({ visible: true }).count(), 0);
    await page.isClean(/Failed to load resource: .* 40[0-9]/);
  });
}

test('a token that was made to expire by hand is good again when that is undone', async (t) => {
  const { app, page } = await open(t, 'expired', 'connections');
  const client = new StreamChat(app.key, { baseURL: millpond.url, allowServerSideConnect: true });
  t.after(() => client.disconnectUser());
  const token = app.server.createToken('john');
  await client.connectUser({ id: 'john' }, token);
  await page.button('Expire now the connection of john').click();
  const bar = await page.wrote('The token of a connection of john has expired.');
  assert.equal((await call(millpond, app, token)).body.code, 40);
  await bar.getByRole('button', { name: 'Undo' }).click();
  await page.wrote('The token of john is good again.', /DELETE .*ended-tokens/);
  assert.equal((await call(millpond, app, token)).status, 200);
  await page.isClean();
});

test('a time of a revocation that is typed is the app’s, and now is the wall’s where that judges', async (t) => {
  const { app, page } = await open(t, 'moved', 'users?user=john');
  await app.control('POST', '/clock/advance', { by: '1d' });
  const { token } = await app.control('POST', '/tokens', { kind: 'user', user_id: 'john' });
  const detail = page.page.getByRole('complementary', { name: 'The user' });
  const revoke = async (time) => {
    await detail.getByRole('button', { name: 'Revoke tokens…' }).click();
    if (time) await page.field('Issued before').fill(time);
    const [request] = await Promise.all([
      page.page.waitForRequest((one) => one.method() === 'PATCH' && one.url().includes('/api/v2/users')),
      page.dialog().getByRole('button', { name: 'Revoke', exact: true }).click(),
    ]);
    await page.wrote(/^Revoked john’s tokens/, /^millpond revoke-token --user john/);
    return { said: (await request.allHeaders())['x-millpond-times'], before: JSON.parse(request.postData()).users[0].set.revoke_tokens_issued_before };
  };
  await page.says(/^Clock moved/);
  const { now } = await app.control('GET', '/clock');
  const { said } = await revoke(new Date(Date.parse(now) + 10_000).toISOString());
  assert.equal(said, 'app');
  assert.equal((await call(millpond, app, token)).body.code, 40);
  const atOnce = await revoke('');
  assert.equal(atOnce.said, undefined);
  assert.ok(Date.parse(atOnce.before) < Date.parse(now) - 3_600_000, atOnce.before);
  await page.isClean();
});

test('a fixture of 5,000 lines is edited and applied: few numbers are in the document', async (t) => {
  const { app, page } = await open(t, 'large', 'state');
  await page.says('This is the app as it is now.');
  const users = Array.from({ length: 2_500 }, (_, at) => `      user-${at}:\n        name: Number ${at}`);
  const lines = ['millpond: 1', 'apps:', '  - name: large', '    users:', ...users].join('\n');
  await page.page.evaluate((text) => navigator.clipboard.writeText(text), lines);
  await page.page.getByRole('textbox', { name: 'Fixture' }).focus();
  await page.press('Control+a', 'Control+v');
  await page.says('Not applied yet.');
  const gutter = page.page.locator('.gutter');
  await gutter.getByText('1', { exact: true }).waitFor();
  assert.ok(await gutter.locator('*').count() < 200);
  await page.press('Control+End');
  await page.type('x');
  await gutter.getByText('5004', { exact: true }).waitFor();
  assert.ok(await gutter.locator('*').count() < 200);
  await page.button('Apply').click();
  await page.says('Applied. This is the app as it is now.');
  const { users: count } = await app.control('GET', '');
  assert.equal(count, 2_500);
  await page.isClean();
});

test('the inspector judges what is pasted at once: the check that refused and the claims are in sight', async (t) => {
  const { app, page } = await open(t, 'pasted', 'tokens');
  const { token } = await app.control('POST', '/tokens', { kind: 'user', user_id: 'john', ttl: '-1h' });
  await page.page.evaluate((text) => navigator.clipboard.writeText(text), token);
  await page.page.clock.install();
  await page.page.clock.pauseAt(new Date(Date.now() + 60_000)); // nothing that waits goes on
  await page.field('Token').focus();
  await page.press('Control+v');
  const inspector = page.card('Token inspector');
  await page.says('Refused with code 40, HTTP 401', inspector);
  const [decides, claims] = [inspector.locator('.decides'), inspector.getByRole('region', { name: 'Claims' })];
  assert.equal(await inspector.locator('.check').filter({ visible: true }).count(), 1);
  const [check, beside] = [await decides.boundingBox(), await claims.boundingBox()];
  assert.ok(check.y + check.height < 800 && beside.y + beside.height < 800, JSON.stringify([check, beside]));
  assert.ok(beside.x >= check.x + check.width);
  await inspector.getByText(/^\d+ passed$/).click();
  assert.ok(await inspector.locator('.check.pass').first().isVisible());
  await page.isClean();
});
