// Chromium, the site that the pages come from, and what a page lets be seen of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

export const BOUND_MS = 20_000;

export function launch({ args = [], ...options } = {}) {
  return chromium.launch({
    ...options,
    executablePath: process.env.MILLPOND_CHROMIUM || '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
}

/** Serves each page of `pages/`, bundled as its author would, on an origin that is not millpond's; and the calls of its backend. */
export class Site {
  /** What answers `POST /backend/<name>`, by name. */
  backend = {};

  static async open(pages) {
    const site = new Site();
    const { outputFiles } = await build({
      absWorkingDir: fileURLToPath(new URL('pages', import.meta.url)),
      entryPoints: pages,
      bundle: true,
      format: 'esm',
      jsx: 'automatic',
      platform: 'browser',
      target: 'chrome120',
      define: { 'process.env.NODE_ENV': '"development"' },
      outdir: '/',
      write: false,
      logLevel: 'error',
    });
    const scripts = new Map(outputFiles.map(({ path, text }) => [path, text]));
    site.server = createServer((request, response) => {
      const { pathname } = new URL(request.url, 'http://site');
      if (pathname.startsWith('/backend/')) return site.#call(pathname.slice('/backend/'.length), request, response);
      const bundled = scripts.get(pathname);
      if (bundled) return response.setHeader('content-type', pathname.endsWith('.css') ? 'text/css' : 'text/javascript').end(bundled);
      if (!scripts.has(`${pathname}.js`)) return response.writeHead(204).end(); // favicon.ico
      response.setHeader('content-type', 'text/html');
      const style = scripts.has(`${pathname}.css`) ? `<link rel="stylesheet" href="${pathname}.css">` : '';
      response.end(`<!doctype html><meta charset="utf-8"><title>A page</title>${style}<body><script type="module" src="${pathname}.js"></script>`);
    });
    site.server.listen(0, '127.0.0.1');
    await once(site.server, 'listening');
    site.origin = `http://127.0.0.1:${site.server.address().port}`;
    return site;
  }

  async #call(name, request, response) {
    try {
      const answer = await this.backend[name](await json(request));
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A page of the site, with all that its console and its network complain about. */
export class Page {
  #complaints = [];

  constructor(page) {
    this.page = page;
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      this.#complaints.push(`console.${message.type()}: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#complaints.push(`uncaught: ${error.stack}`));
    page.on('requestfailed', (request) => this.#complaints.push(`failed: ${request.url()}: ${request.failure().errorText}`));
  }

  static async open(browser, site, name, query) {
    const page = new Page(await browser.newPage());
    const address = new URL(`/${name}`, site.origin);
    for (const [key, value] of Object.entries(query)) address.searchParams.set(key, value);
    await page.page.goto(address.href, { timeout: BOUND_MS });
    return page;
  }

  /** Waits until these elements, by id, say this: a text that has nothing special to a pattern, or a pattern. */
  async shows(wanted) {
    for (const [id, text] of Object.entries(wanted)) {
      const pattern = text instanceof RegExp ? text : new RegExp(`^${text}$`);
      try {
        await this.page.locator(`#${id}`).filter({ hasText: pattern }).waitFor({ timeout: BOUND_MS, state: 'attached' });
      } catch (cause) {
        const shown = await this.page.locator('body').innerText();
        throw new Error(`${id} is not ${text}. The page shows:\n${shown}\nand complains:\n${this.#complaints.join('\n')}`, { cause });
      }
    }
  }

  press() {
    return this.page.locator('button').click({ timeout: BOUND_MS });
  }

  /** Asserts that, since the last time, there were complaints of these kinds and of no other. */
  async complainsOnlyOf(...expected) {
    await this.page.evaluate(() => {}); // what it has said before has arrived when this comes back
    const complaints = this.#complaints.splice(0);
    const others = complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
    assert.deepEqual(others, []);
    for (const pattern of expected) {
      assert.ok(complaints.some((complaint) => pattern.test(complaint)), `${pattern} was expected`);
    }
  }
}
