'use strict';

const { execFile, spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { promisify } = require('node:util');

const { App, asyncDispose } = require('./lib/app.js');
const { findBinary } = require('./lib/binary.js');
const { MillpondError, call, query } = require('./lib/control.js');

/** A millpond that answers, and the app that it was started for. */
class Millpond {
  constructor(url, app, stop, fixtures) {
    this.url = url;
    this.app = app;
    this.stop = stop;
    /** What each clone is loaded with: a millpond that was joined was started without it. */
    this.fixtures = fixtures;
  }

  /** The variables of its app. */
  get env() {
    return this.app.env;
  }

  /** Any route of the control API, in its own words. */
  control(method, path, body) {
    return call(this.url, method, path, body);
  }

  /** A copy of the app under a key of its own: no other test sees it. */
  async cloneApp({ ttl = '10m', name } = {}) {
    const clone = await this.app.control('POST', '/clone', { ttl, name });
    if (this.fixtures.length > 0) await loadInto(this.url, clone, this.fixtures, name);
    return App.of(this.url, clone);
  }

  [asyncDispose]() {
    return this.stop();
  }
}

/**
 * Joins the millpond of `url` (MILLPOND_URL where it is not given), else starts one that ends with this process. Its clones
 * have the fixture in either case.
 */
async function startMillpond({ fixture, url = process.env.MILLPOND_URL, apiKey } = {}) {
  const fixtures = fixture === undefined ? [] : [fixture].flat();
  if (url) return join(url.replace(/\/$/, ''), apiKey ?? process.env.STREAM_API_KEY, async () => {}, fixtures);
  const { url: started, stop } = await start(fixtures);
  try {
    return await join(started, apiKey, stop, []);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing is done to what is not millpond, and nothing for an app that it does not have. */
async function join(url, apiKey, stop, fixtures) {
  const nonce = randomBytes(16).toString('hex');
  const info = await call(url, 'GET', `/info${query({ nonce })}`).catch((error) => {
    throw new MillpondError(`${url} does not answer as a millpond does: ${error.message || error.code}`);
  });
  if (info?.name !== 'millpond' || info.nonce !== nonce) {
    throw new MillpondError(`${url} does not answer as a millpond does: the handshake of /_millpond/info was not echoed`);
  }
  const { apps } = await call(url, 'GET', `/apps${query({ secrets: true })}`);
  const app = apiKey === undefined ? apps[0] : apps.find(({ api_key: key }) => key === apiKey);
  if (app === undefined) {
    const known = apps.map(({ api_key: key }) => key).join(', ');
    throw new MillpondError(
      `The millpond at ${url} has no app with the key ${apiKey}; it has ${known || 'none'}.\n` +
        'STREAM_API_KEY may be that of an app in production: tests touch apps of this millpond alone.',
    );
  }
  return new Millpond(url, await App.of(url, app), stop, fixtures);
}

/** By the binary, which finds and reads fixtures as it does for a start, with what lies beside them. */
async function loadInto(url, { api_key: apiKey }, fixtures, name) {
  const path = `/apps/${apiKey}`;
  try {
    for (const [at, fixture] of fixtures.entries()) {
      const merge = at > 0 ? ['--merge'] : [];
      const loaded = promisify(execFile)(findBinary(), ['fixture', 'load', fixture, ...merge, '--url', url, '--app', apiKey]);
      loaded.child.stdin.end();
      await loaded;
    }
    // A fixture names its app; a clone has the name that it was given.
    if (name) await call(url, 'PUT', `${path}/fixture?mode=merge`, { millpond: 1, apps: [{ name }] });
  } catch (error) {
    await call(url, 'DELETE', path).catch(() => {}); // it goes by itself, too, and the first error is the one to tell
    throw new MillpondError(
      `The millpond at ${url} was joined, and the fixture ${fixtures.join(', ')} cannot be loaded into a copy of its app:\n` +
        `${error.stderr?.trim() || error.message}\n` +
        'Without a fixture, copies are of the app as it is; without MILLPOND_URL, a millpond is started with the fixture.',
    );
  }
}

/** The command that `millpond exec` runs: it tells where millpond is, and ends when its input does, as it does with us. */
const COMMAND = ['-e', 'console.log(process.env.MILLPOND_URL); process.stdin.resume()'];

async function start(fixtures) {
  const binary = findBinary();
  const options = fixtures.flatMap((fixture) => ['--fixture', fixture]);
  const child = spawn(binary, ['exec', ...options, '--', process.execPath, ...COMMAND], {
    // The keys of a terminal are for the tests: those still want their millpond while they end.
    detached: true,
    stdio: 'pipe',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let said = '';
  let url;
  child.stderr.on('data', (text) => (url ? process.stderr.write(text) : (said += text)));
  child.stdin.on('error', () => {}); // it has ended before we said so
  const ended = new Promise((resolve) => child.once('close', resolve));
  url = await new Promise((resolve, reject) => {
    let line = '';
    child.stdout.on('data', (text) => {
      line += text;
      if (line.includes('\n')) resolve(line.trim());
    });
    child.once('error', (error) => reject(new MillpondError(`${binary} cannot be run: ${error.message}`)));
    ended.then((code) => reject(new MillpondError(`millpond did not start (${code}):\n${said.trim()}`)));
  });
  // A test that forgets to stop it is no reason to go on.
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) handle.unref();
  const stop = async () => {
    child.ref();
    child.stdin.end();
    await ended;
  };
  return { url, stop };
}

module.exports = { App, Millpond, MillpondError, startMillpond };
