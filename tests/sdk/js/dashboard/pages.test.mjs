// Each page once: what it is for, done by a person with a mouse, and seen to have been done by asking the emulator.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamChat } from 'stream-chat';
import { browser, call, Dashboard, millpond, newApp, staged } from './dashboard.mjs';

staged();

const JOHN = { id: 'john', name: 'John' };
const JANE = { id: 'jane', name: 'Jane', role: 'admin' };

async function open(t, name, place, users = [JOHN, JANE]) {
  const app = await newApp(millpond, name, users);
  const page = await Dashboard.open(browser, millpond, app, place);
  t.after(() => page.close());
  return { app, page };
}

const signIn = async (t, app, user, token) => {
  const client = new StreamChat(app.key, { baseURL: millpond.url, allowServerSideConnect: true });
  t.after(() => client.disconnectUser().catch(() => {}));
  await client.connectUser({ id: user }, token ?? app.server.createToken(user));
  return client;
};

test('apps: made, entered, cloned, deleted', async (t) => {
  const { app, page } = await open(t, 'apps-page', 'apps');
  await page.button('New app').click();
  await page.field('Name').fill('made here');
  await page.button('Create').click();
  await page.heading('Chat Overview');
  await page.wrote('Created the app.', /POST .*\/_millpond\/apps/);
  await page.link('Apps').click();
  await page.button(`Clone ${app.name}`).click();
  await page.dialog().getByRole('button', { name: 'Clone', exact: true }).click();
  await page.wrote(`Cloned ${app.name}.`);
  const { apps } = await millpond.control('GET', '/apps');
  assert.ok(apps.some(({ name }) => name === 'apps-page copy'));
  await page.link('Apps').click();
  await page.button('Delete made here').click();
  await page.button('Delete the app').click();
  await page.wrote('Deleted made here.', /DELETE/);
  assert.ok(!(await millpond.control('GET', '/apps')).apps.some(({ name }) => name === 'made here'));
  await page.isClean();
});

test('chat overview: settings say whom they reach, are saved, and undone', async (t) => {
  const { app, page } = await open(t, 'overview-page', 'overview');
  const authentication = page.card('Authentication');
  await page.page.getByRole('switch', { name: 'Multi-tenancy' }).click();
  await page.field('Unique user names').selectOption('app');
  await page.says('Affects 2 users, 0 open connections.');
  await authentication.getByRole('button', { name: 'Save' }).click();
  const bar = await page.wrote('Saved: “Multi-tenancy” is on, “Unique user names” is "app".', /PATCH/);
  const settings = async () => (await app.server.getAppSettings()).app;
  const now = await settings();
  assert.deepEqual([now.multi_tenant_enabled, now.enforce_unique_usernames], [true, 'app']);
  await bar.getByRole('button', { name: 'Undo' }).click();
  await page.wrote('Undone: “Multi-tenancy”, “Unique user names” as before.');
  const then = await settings();
  assert.deepEqual([then.multi_tenant_enabled, then.enforce_unique_usernames], [false, 'no']);

  const emulator = page.card('This emulator');
  await page.field('Unknown users').selectOption('refuse');
  await emulator.getByRole('button', { name: 'Save' }).click();
  await page.wrote('Saved: “Unknown users” is "refuse".');
  assert.equal((await app.control('GET', '/settings')).unknown_user, 'refuse');
  await page.isClean();
});

test('chat overview: all tokens issued before are revoked, and good again', async (t) => {
  const { app, page } = await open(t, 'revocation', 'overview');
  const token = app.server.createToken('john', undefined, Math.floor(Date.now() / 1000) - 100);
  const works = async () => (await call(millpond, app, token)).status === 200;
  assert.ok(await works());
  const card = page.card('Revoke all tokens');
  await card.getByRole('button', { name: 'Revoke…' }).click();
  await page.says(/Affects 2 users, 0 open connections\./, page.dialog());
  await page.says(/millpond revoke-all-tokens --before/, page.dialog());
  await page.button('Revoke all tokens').click();
  await page.wrote(/^Revoked all user tokens issued before /, /^millpond revoke-all-tokens/);
  assert.ok(!(await works()));
  await card.getByRole('button', { name: 'Undo the revocation' }).click();
  await page.wrote('Undone: tokens are no longer revoked by their time of issue.', /--undo/);
  assert.ok(await works());
  await page.isClean();
});

test('tokens: validity, times and claims of the generator; each form is copied', async (t) => {
  const { app, page } = await open(t, 'generator', 'tokens');
  const generator = page.card('JWT generator');
  await page.field('Stream User ID').fill('john');
  await page.field('Valid for').selectOption({ label: 'never expires' });
  await generator.getByText('More', { exact: true }).click();
  await page.field('Issued at (iat)').fill('-1h');
  await page.field('Custom claims').fill('{"colour": "blue"');
  await generator.getByRole('button', { name: 'Generate token' }).click();
  await page.saysBeside('Custom claims', 'This is not JSON: ');
  await page.field('Custom claims').fill('{"colour": "blue"}');
  await generator.getByRole('button', { name: 'Generate token' }).click();
  const token = await generator.getByRole('region', { name: 'Token' }).textContent();
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.equal(claims.colour, 'blue');
  assert.equal(claims.exp, undefined);
  assert.ok(Math.abs(claims.iat - (Date.now() / 1000 - 3600)) < 60);
  const copied = async (label) => {
    const button = await generator.getByRole('button', { name: label, exact: true }).elementHandle();
    await button.click();
    await page.page.waitForFunction((one) => one.textContent === 'Copied', button);
    return page.page.evaluate(() => navigator.clipboard.readText());
  };
  assert.equal(await copied('Copy token'), token);
  for (const label of ['Copy as curl', 'Copy for Node', 'Copy for Python', 'Copy for Go', 'Copy for a JS client']) {
    assert.ok((await copied(label)).includes(token), label);
  }
  await page.isClean();
});

test('tokens: the inspector tells which check refused, and whose secret matches', async (t) => {
  const { app, page } = await open(t, 'inspector', 'tokens');
  const inspector = page.card('Token inspector');
  await page.says(/Nothing leaves this machine/, inspector);
  const expired = (await app.control('POST', '/tokens', { kind: 'user', user_id: 'john', ttl: '-1h' })).token;
  await page.field('Token').fill(expired);
  await page.says('Refused with code 40, HTTP 401', inspector);
  await page.says('fail, decides', inspector);
  await page.says(/^the secret of inspector \(/, inspector);
  await page.says(/^1 h ago · /, inspector);
  const other = await newApp(millpond, 'another app');
  const foreign = (await other.control('POST', '/tokens', { kind: 'user', user_id: 'john' })).token;
  await page.field('Token').fill(foreign);
  await page.says('Refused with code 43, HTTP 401', inspector);
  await page.says(/the secret of .* \(mp_/, inspector);
  await page.field('Token').fill('what is this');
  await page.says(/^Refused with code /, inspector);
  await page.isClean();
});

test('tokens: ready-made ones', async (t) => {
  const { page } = await open(t, 'samples', 'tokens');
  const samples = page.card('Ready-made tokens');
  await samples.getByText(/^\d+ samples for john/).click();
  await samples.getByRole('button', { name: /^Inspect / }).first().click();
  await page.says(/^(Let in as|Refused with code) /, page.card('Token inspector'));
  await page.isClean();
});

test('users: searched, filtered and sorted as QueryUsers does', async (t) => {
  const { page } = await open(t, 'users-list', 'users');
  await page.row('Jane').waitFor();
  await page.field('Search').fill('joh');
  await page.says('1 user');
  await page.row('John').waitFor();
  await page.field('Search').fill('{"role": "admin"}');
  await page.row('Jane').waitFor();
  await page.says('1 user');
  assert.match(page.page.url(), /q=/);
  await page.field('Search').fill('{"role": ');
  await page.saysBeside('Search', 'The filter is not JSON: ');
  await page.field('Search').fill('{"invisible": true}');
  await page.says(/invisible/, page.page.getByRole('alert'));
  await page.field('Search').fill('nobody at all');
  await page.says('No user matches');
  await page.button('Show every user').click();
  await page.says('2 users');
  await page.field('Sort by').selectOption({ label: 'ID' });
  await page.button('↓ Descending').click();
  await page.button('↑ Ascending').waitFor();
  const rows = page.page.getByRole('row');
  await rows.nth(1).filter({ hasText: 'Jane' }).waitFor();
  await page.isClean(/Failed to load resource: .* 400/);
});

test('users: made, edited, and the edit undone', async (t) => {
  const { app, page } = await open(t, 'users-edit', 'users');
  const user = async (id) => (await app.server.queryUsers({ id })).users[0];
  await page.button('New user').click();
  await page.field('ID').fill('mia');
  await page.field('Name').fill('Mia');
  await page.field('Custom data').fill('{"colour": "red"}');
  await page.button('Create').click();
  await page.wrote('Created mia.', /POST .*\/api\/v2\/users/);
  assert.equal((await user('mia')).colour, 'red');

  const detail = page.page.getByRole('complementary', { name: 'The user' });
  const field = (label) => detail.getByLabel(label, { exact: true });
  await field('Name').fill('Mia the Second');
  await field('Role').selectOption('admin');
  await field('Teams').fill('blue, red');
  await field('Custom data').fill('{"colour": "red"');
  await page.button('Save user').click();
  await page.saysBeside('Custom data', 'This is not JSON: ');
  await field('Custom data').fill('{"colour": "green", "size": 5}');
  await page.button('Save user').click();
  const bar = await page.wrote('Saved mia.', /PATCH/);
  const saved = await user('mia');
  assert.deepEqual([saved.name, saved.role, saved.teams, saved.colour, saved.size], ['Mia the Second', 'admin', ['blue', 'red'], 'green', 5]);
  await page.says('Mia the Second', detail);
  await bar.getByRole('button', { name: 'Undo' }).click();
  await page.says('Mia', detail.getByRole('heading', { level: 2, name: 'Mia', exact: true }));
  const undone = await user('mia');
  assert.deepEqual([undone.name, undone.role, undone.teams, undone.colour, undone.size], ['Mia', 'user', [], 'red', undefined]);
  await page.isClean();
});

test('users: banned, deactivated, deleted, restored; their tokens minted and revoked; devices and blocks', async (t) => {
  const { app, page } = await open(t, 'users-life', 'users?user=john');
  const detail = page.page.getByRole('complementary', { name: 'The user' });
  const does = async (name, in_ = page.page) => in_.getByRole('button', { name, exact: true }).click();
  await app.server.addDevice('phone-1', 'firebase', 'john');
  await app.server.blockUser('jane', 'john');
  await page.page.reload();
  await page.says('phone-1', detail);
  await does('Remove', detail);
  await page.wrote('Removed a device of john.', /DELETE/);
  await page.says('No device.', detail);
  await does('Unblock', detail);
  await page.wrote('john no longer blocks jane.');

  await does('Mint a token', detail);
  const token = await detail.getByRole('region', { name: 'Token' }).textContent();
  assert.equal((await call(millpond, app, token)).status, 200);
  await does('Revoke tokens…', detail);
  await page.says(/Affects 1 user, /, page.dialog());
  const later = new Date(Date.now() + 5_000).toISOString();
  await page.field('Issued before').fill(later);
  await does('Revoke', page.dialog());
  await page.wrote(/^Revoked john’s tokens/, /^millpond revoke-token --user john/);
  assert.equal((await call(millpond, app, token)).body.code, 40);
  await does('Undo the revocation', detail);
  await page.wrote('Undone: john’s tokens are no longer revoked.', /--undo/);
  assert.equal((await call(millpond, app, token)).status, 200);

  await does('Ban…', detail);
  await page.field('Minutes').fill('five');
  await does('Ban', page.dialog());
  await page.saysBeside('Minutes', 'A whole number is needed.', page.dialog());
  await page.field('Minutes').fill('5');
  await does('Ban', page.dialog());
  await page.wrote('Banned john.', /moderation\/ban/);
  await page.row('banned').waitFor();
  await does('Unban', detail);
  await page.wrote('Unbanned john.');

  await does('Deactivate…', detail);
  await does('Deactivate', page.dialog());
  await page.wrote('Deactivated john.');
  assert.equal((await call(millpond, app, token)).body.code, 16);
  await does('Reactivate', detail);
  await page.wrote('Reactivated john.');

  await does('Delete…', detail);
  await does('Delete', page.dialog());
  const bar = await page.wrote('Deleted john.', /users\/delete/);
  await page.says('1 user');
  await does('Undo', bar);
  await page.wrote('Restored john.');
  await page.row('John').waitFor();
  await page.isClean();
});

test('requests: before the first, how to point an SDK here; then live, with the checks and a filter in the address', async (t) => {
  const { app, page } = await open(t, 'requests-page', 'requests', []);
  await page.says(/Waiting for the first request/);
  await page.says(app.key, page.page.getByRole('tabpanel'));
  await page.page.getByRole('tab', { name: 'Go', exact: true }).click();
  await page.says(/getstream-go/, page.page.getByRole('tabpanel'));

  await call(millpond, app, app.server.createToken('john'));
  await page.row('GetApp').waitFor();
  const expired = (await app.control('POST', '/tokens', { kind: 'user', user_id: 'jane', ttl: '-1h' })).token;
  await call(millpond, app, expired);
  const refused = page.row('GetApp').filter({ hasText: 'code 40' });
  await refused.click();
  const detail = page.page.getByRole('complementary', { name: 'The request' });
  await page.says('Refused with code 40, HTTP 401', detail);
  await page.says('fail, decides', detail);
  await page.says(/^curl .*\/api\/v2\/app/, detail);
  await page.says(/"StatusCode": 401,[^]*"more_info"/, detail.getByRole('region', { name: 'Answer' }));
  await page.says(/^No request body is kept/, detail);
  await page.button('Copy as curl').waitFor();
  assert.ok(!(await detail.textContent()).includes(expired), 'the token is not shown');
  await page.button('Close').click();

  await page.field('Outcome').selectOption('refused');
  await page.row('code 40').waitFor();
  await page.says(/1 shown/);
  assert.match(page.page.url(), /outcome=refused/);
  await page.page.reload();
  await page.says(/1 shown/);

  await page.button('Pause').click();
  await call(millpond, app, expired);
  await page.says(/Paused, 1 new/);
  await page.button('Resume').click();
  await page.says(/2 shown/);
  await page.button('Clear').click();
  await page.wrote('Cleared the journal.', /DELETE/);
  await page.says('No request matches');
  await page.isClean();
});

test('connections: who is there, sent to, closed, expired', { timeout: 60_000 }, async (t) => {
  const { app, page } = await open(t, 'connections-page', 'connections');
  await page.says('Nobody is connected');
  const { token } = await app.control('POST', '/tokens', { kind: 'user', user_id: 'john' });
  const client = await signIn(t, app, 'john', token);
  const row = page.row('john');
  await row.waitFor();
  await page.says(/stream-chat-js/, row);
  await page.says(/^in \d+ min/, row);
  const greeted = new Promise((resolve) => { client.on('custom.greeting', resolve); });
  const send = row.getByRole('button', { name: 'Send to the connection of john' });
  await send.click();
  await page.field('What').selectOption('event');
  await page.field('Event').fill('{"type": "custom.greeting", ');
  await page.dialog().getByRole('button', { name: 'Send', exact: true }).click();
  await page.says(/^This is not JSON/, page.dialog());
  await page.field('Event').fill('{"type": "custom.greeting", "text": "hi"}');
  await page.dialog().getByRole('button', { name: 'Send', exact: true }).click();
  await page.wrote('Sent custom.greeting to john.', /connections\/.*\/send/);
  assert.equal((await greeted).text, 'hi');
  await send.click();
  await page.dialog().getByRole('button', { name: 'Send', exact: true }).click();
  await page.wrote('Sent connection.error to john.', /"code":40/);
  await row.getByRole('button', { name: 'Close the connection of john' }).click();
  await page.wrote('Closed a connection of john.', /connections\/.*\/close/);
  await page.says('Nobody is connected');
  await client.disconnectUser();

  await signIn(t, app, 'jane');
  await page.row('jane').waitFor();
  const [{ id }] = (await app.control('GET', '/connections')).connections;
  await page.button('Expire now the connection of jane').click();
  await page.wrote('The token of a connection of jane has expired.', /"expire":true/);
  await page.row(id).waitFor({ state: 'hidden' });
  const { requests } = await app.control('GET', '/requests?operation=Disconnect&user_id=jane');
  assert.equal(requests[0].code, 40);
  await page.isClean();
});

test('clock: advanced, frozen, set, back to real; each page says so', async (t) => {
  const { app, page } = await open(t, 'clock-page', 'clock');
  const clock = () => app.control('GET', '/clock');
  await page.button('+ 1 h').click();
  await page.wrote('Advanced the clock by 1h.', /^millpond clock advance 1h/);
  assert.equal((await clock()).offset_seconds, 3600);
  await page.field('Freeze at').fill('2026-01-31T12:00:00Z');
  await page.button('Freeze at this time').click();
  await page.wrote('Froze the clock at 2026-01-31T12:00:00Z.', /^millpond clock freeze/);
  assert.equal((await clock()).now, '2026-01-31T12:00:00Z');
  for (const name of ['Users', 'Tokens', 'Apps']) {
    await page.link(name).click();
    await page.heading(name);
    await page.link(/^Clock frozen: 2026-01-31 12:00:00 UTC/).waitFor();
  }
  await page.link(/^Clock frozen/).click();
  await page.field('Freeze at').fill('yesterday, or so');
  await page.button('Freeze at this time').click();
  await page.saysBeside('Freeze at', /RFC 3339/);
  await page.button('Back to real time').click();
  await page.wrote('The clock shows real time.', /^millpond clock system/);
  assert.equal((await clock()).mode, 'system');
  await page.isClean(/Failed to load resource: .* 400/);
});

test('faults: set, hit, removed', async (t) => {
  const { app, page } = await open(t, 'faults-page', 'faults');
  const faults = page.card('Faults');
  await faults.getByLabel('Operation', { exact: true }).fill('GetApp');
  await faults.getByLabel('Code', { exact: true }).selectOption('40');
  await page.button('Set fault').click();
  await page.wrote('Set a fault on GetApp.', /POST .*\/faults/);
  await page.says('GetApp: code 40', faults);
  assert.equal((await call(millpond, app, app.server.createToken('john'))).body.code, 40);
  await page.says('1 hit', faults);
  await page.button('Remove the fault on GetApp').click();
  await page.says('Nothing is broken', faults);
  await faults.getByLabel('Operation', { exact: true }).fill('GetUp');
  await page.button('Set fault').click();
  await page.saysBeside('Operation', /GetUp/, faults);
  await page.isClean(/Failed to load resource: .* 400/);
});

test('stubs: an operation that is not built answers', async (t) => {
  const { app, page } = await open(t, 'stubs-page', 'faults');
  const stubs = page.card('Stubs');
  await stubs.getByLabel('Method', { exact: true }).selectOption('GET');
  await stubs.getByLabel('Path', { exact: true }).fill('/api/v2/feeds/feed_groups/{group}');
  await stubs.getByLabel('Body', { exact: true }).fill('{"hello": ');
  await page.button('Set stub').click();
  await page.saysBeside('Body', 'This is not JSON: ', stubs);
  await stubs.getByLabel('Body', { exact: true }).fill('{"hello": "world"}');
  await page.button('Set stub').click();
  await page.wrote(/^Set a stub for GET/, /PUT .*\/stubs/);
  const { status, body } = await call(millpond, app, app.server.createToken('john'), '/api/v2/feeds/feed_groups/timeline');
  assert.deepEqual([status, body.hello], [200, 'world']);
  await stubs.getByRole('button', { name: 'Remove all' }).click();
  await page.says('No stub', stubs);
  await page.isClean();
});

test('fixtures: exported, a scenario loaded, mistakes told at the line', async (t) => {
  const { app, page } = await open(t, 'fixture-page', 'state');
  const editor = page.page.getByRole('textbox', { name: 'Fixture' });
  await page.says('This is the app as it is now.');
  assert.match(await editor.inputValue(), /john/);
  await page.field('Load a shipped scenario').selectOption('quickstart');
  await page.says('quickstart: not applied yet.');
  const text = await editor.inputValue();
  await editor.fill(text.replace('name: Jane', 'nmae: Jane'));
  await page.button('Apply').click();
  const line = text.split('\n').findIndex((one) => one.includes('name: Jane')) + 1;
  await page.button(new RegExp(`^Line ${line}, column \\d+$`)).waitFor();
  await page.says(/nmae/, page.page.getByRole('list', { name: 'Problems' }));
  assert.equal((await app.server.queryUsers({ id: 'eve' })).users.length, 0);
  await editor.fill(text);
  await page.button('Apply').click();
  await page.wrote('Replaced the app’s state by the fixture.');
  assert.equal((await app.server.queryUsers({ id: 'eve' })).users.length, 1);
  await page.isClean(/Failed to load resource: .* 400/);
});

test('snapshots and reset: a state is named, left, and come back to', async (t) => {
  const { app, page } = await open(t, 'snapshots-page', 'state');
  const snapshots = page.card('Snapshots');
  await snapshots.getByLabel('Name', { exact: true }).fill('before');
  await page.button('Take a snapshot').click();
  await page.wrote('Took the snapshot before.', /POST .*\/snapshots/);
  await page.says(/^2 users, /, snapshots);
  await app.server.upsertUser({ id: 'late' });
  const late = async () => (await app.server.queryUsers({ id: 'late' })).users.length;
  await page.button('Restore before').click();
  await page.dialog().getByRole('button', { name: 'Restore', exact: true }).click();
  await page.wrote('Restored before.');
  assert.equal(await late(), 0);
  await page.button('Reset…').click();
  await page.button('Reset the app').click();
  await page.wrote('Reset snapshots-page.', /POST .*\/reset/);
  assert.equal((await app.server.queryUsers({})).users.length, 0);
  await page.isClean();
});
