// A process of the test's own, which can be stopped and started again on the same port and database.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BOUND_MS = 30_000;

const binary = process.env.MILLPOND_BIN;
if (!binary) throw new Error('MILLPOND_BIN is not set: the suite needs the path of the millpond binary');

export class Process {
  /** What the process has written to stderr, over all its lives. */
  log = '';
  #child;
  #directory;
  #options;

  static async start(...options) {
    const millpond = new this();
    millpond.#options = options;
    millpond.#directory = await mkdtemp(join(tmpdir(), 'millpond-browser-'));
    millpond.ready = await millpond.#spawn(0);
    millpond.url = millpond.ready.url;
    return millpond;
  }

  /** Starts it again where it was, with what it had. */
  async startAgain() {
    const { url } = await this.#spawn(new URL(this.url).port);
    assert.equal(url, this.url);
  }

  /** Ends the process by its id, and waits until it is gone. */
  async end(signal) {
    const child = this.#child;
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(BOUND_MS) });
    process.kill(child.pid, signal);
    await gone;
  }

  async close() {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) await this.end('SIGTERM');
    await rm(this.#directory, { recursive: true, force: true });
    assert.doesNotMatch(this.log, /panicked at/);
  }

  async #spawn(port) {
    const options = ['serve', '--db', join(this.#directory, 'x.db'), '--port', `${port}`, '--json', ...this.#options];
    const child = spawn(binary, options, { cwd: this.#directory, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
    const lines = createInterface({ input: child.stdout });
    const first = once(lines, 'line', { signal: AbortSignal.timeout(BOUND_MS) });
    const died = once(child, 'exit').then(([code]) => Promise.reject(new Error(`millpond left with ${code}:\n${this.log}`)));
    died.catch(() => {}); // it is meant to end some time
    const [line] = await Promise.race([first, died]);
    return JSON.parse(line);
  }

  async control(method, path, body) {
    const response = await fetch(`${this.url}/_millpond${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}
