// HTTPS in a real browser: who trusts the authority signs in by it, sockets over TLS included; who does not is kept out by the browser.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { launch, Page, Site } from './browser.mjs';
import { Millpond } from './millpond.mjs';

const run = promisify(execFile);
let millpond, site, app, home;

before(async () => {
  millpond = await Millpond.start('--tls');
  site = await Site.open(['feeds-react-sdk.jsx']);
  app = await millpond.newApp('tls');
  await app.server.upsertUsers([{ id: 'hendrik', name: 'Hendrik' }, { id: 'greta', name: 'Greta' }]);
  home = await mkdtemp(join(tmpdir(), 'millpond-home-'));
});

after(async () => {
  site?.close();
  await millpond?.close();
  await rm(home, { recursive: true, force: true });
});

/** How a browser comes to trust the authority: as `millpond tls trust` says, where there is certutil, else by its key alone. */
async function trusting(ca) {
  const nssdb = join(home, '.pki/nssdb');
  const database = ['-d', `sql:${nssdb}`];
  await mkdir(nssdb, { recursive: true });
  try {
    await run('certutil', [...database, '-N', '--empty-password']);
    await run('certutil', [...database, '-A', '-t', 'C,,', '-n', 'millpond', '-i', ca]);
    return { env: { ...process.env, HOME: home } };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    const key = new X509Certificate(await readFile(ca)).publicKey.export({ type: 'spki', format: 'der' });
    const hash = createHash('sha256').update(key).digest('base64');
    return { args: [`--ignore-certificate-errors-spki-list=${hash}`] };
  }
}

const open = (browser) => {
  const query = { base_url: millpond.ready.https_url, api_key: app.key, as: 'user', user_id: 'hendrik' };
  return Page.open(browser, site, 'feeds-react-sdk', query);
};

test('a page signs in by HTTPS and hears over its socket', async (t) => {
  assert.match(millpond.ready.https_url, /^https:/);
  const browser = await launch(await trusting(millpond.ready.ca));
  t.after(() => browser.close());
  const page = await open(browser);
  await page.shows({ name: 'Hendrik', online: true, connections: 1, asked: 1 });
  await app.server.partialUpdateUser({ id: 'hendrik', set: { name: 'Hendrik the Second' } });
  await page.shows({ name: 'Hendrik the Second' });
  await page.press();
  await page.shows({ answers: 'Greta' });
  await page.complainsOnlyOf();
});

test('a browser that was told nothing calls nobody', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const context = await browser.newContext();
  const why = new Promise((resolve) => context.on('requestfailed', (request) => resolve(request.failure().errorText)));
  await open(context);
  assert.equal(await why, 'net::ERR_CERT_AUTHORITY_INVALID');
  const { connections } = await millpond.control('GET', `/apps/${app.key}/connections`);
  assert.deepEqual(connections, []);
});
