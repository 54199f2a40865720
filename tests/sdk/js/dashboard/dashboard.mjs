// The dashboard in a real browser, as a person sees it, with all that its console and its network complain about.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { StreamChat } from 'stream-chat';
import { Process } from '../browser/process.mjs';

export const BOUND_MS = 20_000;
/** The pages, as the rail names them. */
export const PAGES = {
  apps: 'Apps', overview: 'Chat Overview', tokens: 'Tokens', users: 'Users', requests: 'Requests', connections: 'Connections',
  clock: 'Clock', faults: 'Faults and stubs', state: 'Fixtures and snapshots', start: 'First steps',
};
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

// stream-chat lets these win over the base URL that it is given.
delete process.env.STREAM_LOCAL_TEST_RUN;
delete process.env.STREAM_LOCAL_TEST_HOST;

const SHOTS = fileURLToPath(new URL('../../../../target/dashboard/', import.meta.url));

export { Process };

export function launch() {
  return chromium.launch({
    executablePath: process.env.MILLPOND_CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** The server and the browser of a file's tests, once they are `staged`. */
export let millpond, browser;

/** Has both before the first test of a file, and neither behind the last. */
export function staged() {
  before(async () => {
    millpond = await Process.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await millpond?.close();
  });
}

/** An app of its own with these users, and the server side of it. */
export async function newApp(millpond, name, users = []) {
  const { api_key: key, api_secret: secret } = await millpond.control('POST', '/apps', { name });
  const server = new StreamChat(key, secret, { baseURL: millpond.url });
  const app = { name, key, secret, server, control: (method, path, body) => millpond.control(method, `/apps/${encodeURIComponent(key)}${path}`, body) };
  for (let at = 0; at < users.length; at += 100) await server.upsertUsers(users.slice(at, at + 100));
  return app;
}

/** A call of `GET /app` by whoever bears the token; answers status and body. */
export async function call(millpond, app, token, path = '/api/v2/app') {
  const response = await fetch(`${millpond.url}${path}?api_key=${app.key}`, { headers: { authorization: token, 'stream-auth-type': 'jwt' } });
  return { status: response.status, body: await response.json() };
}

export class Dashboard {
  #complaints = [];
  #foreign = [];

  constructor(page, millpond, app) {
    Object.assign(this, { page, millpond, app });
    const { origin } = new URL(millpond.url);
    page.setDefaultTimeout(Number(process.env.DASHBOARD_BOUND_MS ?? BOUND_MS));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complaints.push(`console.${message.type()}: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#complaints.push(`uncaught: ${error.stack}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`) && !/^(blob|data):/.test(request.url())) this.#foreign.push(request.url());
    });
  }

  static async open(browser, millpond, app, place = 'apps', { scheme = 'light', viewport = DESKTOP, context } = {}) {
    const owner = context ?? await browser.newContext({ colorScheme: scheme, viewport, permissions: ['clipboard-read', 'clipboard-write'], reducedMotion: 'reduce' });
    const made = new Dashboard(await owner.newPage(), millpond, app);
    await made.visit(place);
    return made;
  }

  async visit(place) {
    const app = this.app ? `${place.includes('?') ? '&' : '?'}app=${encodeURIComponent(this.app.key)}` : '';
    await this.page.goto(`${this.millpond.url}/_millpond/#/${place}${app}`);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  // By what a person sees.
  button(name, options) { return this.page.getByRole('button', { name, exact: true, ...options }); }
  link(name, options) { return this.page.getByRole('link', { name, exact: true, ...options }); }
  field(label) { return this.page.getByLabel(label, { exact: true }); }
  card(name) { return this.page.getByRole('region', { name, exact: true }); }
  dialog() { return this.page.getByRole('dialog'); }
  row(text) { return this.page.getByRole('row').filter({ hasText: text }); }

  async heading(name) {
    await this.page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  }

  /** Waits until the page says this. */
  async says(text, within = this.page.locator('body')) {
    try {
      await within.getByText(text).first().waitFor();
    } catch (cause) {
      throw new Error(`the page does not say ${text}. It shows:\n${await this.page.locator('body').innerText()}\nand complains:\n${this.#complaints.join('\n')}`, { cause });
    }
  }

  /** Waits until this stands beside a field, tied to it for a screen reader. */
  async saysBeside(label, text, within = this.page) {
    const input = within.getByLabel(label, { exact: true });
    await this.says(text, within.locator('.field, .setting').filter({ has: this.field(label) }).getByRole('alert').first());
    const { described, invalid } = await input.evaluate((one) => ({
      invalid: one.getAttribute('aria-invalid'),
      described: (one.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent).join(' '),
    }));
    assert.equal(invalid, 'true');
    assert.ok(text instanceof RegExp ? text.test(described) : described.includes(text), described);
  }

  /** Waits until the bar of the last change tells of this, with a command line. */
  async wrote(text, line) {
    const bar = this.page.getByRole('region', { name: 'The last change' });
    await this.says(text, bar);
    const shown = await bar.locator('code').textContent();
    assert.match(shown, line ?? /^(curl|millpond) /);
    return bar;
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Tab until what has the focus is called this. */
  async tabTo(name, { key = 'Tab', most = 120 } = {}) {
    for (let presses = 0; presses < most; presses += 1) {
      await this.press(key);
      const focused = await this.page.evaluate(() => {
        const element = document.activeElement;
        const label = element.labels?.[0]?.textContent;
        return element.getAttribute('aria-label') ?? label ?? element.textContent;
      });
      if (typeof name === 'string' ? focused.trim() === name : name.test(focused.trim())) return;
    }
    throw new Error(`by ${most} times ${key} nothing called ${name} is reached`);
  }

  /** Whether what has the focus shows it. */
  async focusIsVisible() {
    const visible = await this.page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    });
    assert.ok(visible, 'what has the focus shows it');
  }

  async shot(name) {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SHOTS}${name}.png` });
  }

  /** Asserts that nothing was complained of but these kinds, and that nothing went elsewhere. */
  async isClean(...expected) {
    await this.page.evaluate(() => {}); // what it has said before has arrived when this comes back
    const complaints = this.#complaints.splice(0).filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
    assert.deepEqual(complaints, []);
    assert.deepEqual(this.#foreign, []);
  }

  async close() {
    await this.page.context().close();
  }
}

/** Steps of one test: once one fails, those behind it are skipped. */
export function steps(t) {
  let whole = true;
  return (what, body) => t.test(what, async (t) => {
    if (!whole) return t.skip('a step before this one failed');
    whole = false;
    await body();
    whole = true;
  });
}
