// What the suite has in common: an app of one's own, clients of each SDK that point at it, its clock, and what a refusal looks like.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { FeedsClient } from '@stream-io/feeds-client';
import { StreamClient } from '@stream-io/node-sdk';
import { StreamChat } from 'stream-chat';

const address = process.env.MILLPOND_URL?.replace(/\/$/, '');
if (!address) throw new Error('MILLPOND_URL is not set: the suite needs a running millpond');

// stream-chat lets these win over the base URL that it is given.
delete process.env.STREAM_LOCAL_TEST_RUN;
delete process.env.STREAM_LOCAL_TEST_HOST;

export const MORE_INFO = 'https://getstream.io/chat/docs/api_errors_response';
export const REVOKED = 'This token has been revoked, please generate a new token';
export const EXPIRED = 'JWTAuth error: token is expired (exp)';
export const NO_SEGMENTS = 'JWTAuth error: token contains an invalid number of segments';

/** How long anything is waited for, also by the SDKs, whose own 3 s a busy machine takes; they wait up to 5 s between two attempts. */
export const PATIENCE_MS = 30_000;

/** Tests of one file that run at once. All of two hundred at once only wait for each other, until an SDK gives up. */
export const AT_ONCE = { concurrency: 8 };

/** Sends one request to the server, with nothing added to it, and reads the JSON that comes back. */
export async function request(method, path, { at = address, query = {}, headers = {}, body } = {}) {
  const url = new URL(at + path);
  for (const [name, value] of Object.entries(query)) {
    if (value != null) url.searchParams.set(name, typeof value === 'object' ? JSON.stringify(value) : value);
  }
  const response = await fetch(url, { method, headers, body: typeof body === 'object' ? JSON.stringify(body) : body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) };
}

async function control(method, path, body, at = address) {
  const headers = { 'content-type': 'application/json' };
  const response = await request(method, `/_millpond${path}`, { at, headers, body });
  assert.ok(response.status < 300, `${method} ${path}: ${response.status} ${response.text}`);
  return response.body;
}

/** Makes an app that nobody else knows, so that test files can run side by side. */
export async function newApp(name, at = address) {
  return new App(await control('POST', '/apps', { name }, at), at);
}

class App {
  constructor({ api_key, api_secret }, at) {
    this.key = api_key;
    this.secret = api_secret;
    this.address = at;
    this.node = new StreamClient(api_key, api_secret, { basePath: at, timeout: PATIENCE_MS });
    this.chat = new StreamChat(api_key, api_secret, { baseURL: at, timeout: PATIENCE_MS });
    this.serverToken = this.node.apiClient.apiConfig.token;
  }

  /** A request as an SDK would make it. `key`, `authType` and `token` are left out when null. */
  call(method, path, { token = null, key = this.key, authType = 'jwt', query, headers, body } = {}) {
    return request(method, path, {
      at: this.address,
      query: { api_key: key, ...query },
      headers: {
        'content-type': 'application/json',
        ...(authType === null ? {} : { 'stream-auth-type': authType }),
        ...(token === null ? {} : { authorization: token }),
        ...headers,
      },
      body,
    });
  }

  callAsAnonymous(method, path, options) {
    return this.call(method, path, { authType: 'anonymous', ...options });
  }

  /** The node SDK with a server token of another make. */
  serverWith(token) {
    const client = new StreamClient(this.key, 'not the secret', { basePath: this.address, timeout: PATIENCE_MS });
    client.apiClient.apiConfig.token = token;
    return client;
  }

  /** The front-end SDK, signed in with a token or a token provider. No socket is opened. */
  feeds(tokenOrProvider) {
    const client = new FeedsClient(this.key, {
      base_url: this.address,
      timeout: PATIENCE_MS,
      configure_loggers_options: { default: { level: 'error' } },
    });
    if (tokenOrProvider !== undefined) client.tokenManager.setTokenOrProvider(tokenOrProvider);
    return client;
  }

  as(userId) {
    return this.feeds(this.userToken(userId));
  }

  userToken(userId, options) {
    return this.node.generateUserToken({ user_id: userId, ...options });
  }

  /** A token that no SDK would make. Header and claims may be given as text. */
  sign(claims, { header = { alg: 'HS256', typ: 'JWT' }, secret = this.secret, hash = 'sha256', encoding = 'base64url' } = {}) {
    const segment = (part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString(encoding);
    const signed = `${segment(header)}.${segment(claims)}`;
    return `${signed}.${createHmac(hash, secret).update(signed).digest(encoding)}`;
  }

  control(method, path, body) {
    return control(method, `/apps/${this.key}${path}`, body, this.address);
  }

  /** The token provider of the docs: the one who mints by the app's clock. */
  async provide(userId, validity) {
    const { token } = await this.control('POST', '/token-provider', { user_id: userId, validity_in_seconds: validity });
    return token;
  }

  freeze(time) {
    return this.control('PUT', '/clock', { frozen: time });
  }

  advance(by) {
    return this.control('POST', '/clock/advance', { by });
  }

  /** The emulator's own settings; Stream's are set through `updateApp`. */
  emulator(settings) {
    return this.control('PATCH', '/settings', settings);
  }
}

/** The same token with another signature. */
export function tampered(token) {
  const [header, claims, signature] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[0] ^= 1;
  return [header, claims, bytes.toString('base64url')].join('.');
}

export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}

export const seconds = (date) => Math.floor(new Date(date) / 1000);

/**
 * Asserts that a call, of an SDK or raw, is refused with exactly this status, code and message. `reason` is the inner
 * text, or a pattern for it where production's own words are not known.
 */
export async function refused(call, { status, code, operation, reason }) {
  const seen = await call.then(refusalOfResponse, refusalOfError);
  assert.equal(`${seen.status}/${seen.code}`, `${status}/${code}`, seen.message);
  if (typeof reason === 'string') {
    assert.equal(seen.message, `${operation} failed with error: "${reason}"`);
  } else {
    const [, name, inner] = seen.message.match(/^(\w+) failed with error: "(.+)"$/s) ?? [];
    assert.equal(name, operation, seen.message);
    assert.match(inner, reason);
  }
}

function refusalOfError(error) {
  const status = error.metadata?.responseCode ?? error.metadata?.response_code ?? error.status;
  assert.ok(status, `not an answer of the server: ${error.stack}`);
  return { status, code: error.code, message: error.message.replace(/^Stream(Chat)? error code -?\d+: /, '') };
}

function refusalOfResponse(response) {
  const { body } = response;
  assert.ok(body?.StatusCode, `was accepted: ${response.text ?? JSON.stringify(response)}`);
  assertErrorBody(response);
  return { status: response.status, code: body.code, message: body.message };
}

/** Trap 14: each error has its six fields, of the right types, and the status that its body names. */
export function assertErrorBody({ status, body, headers }) {
  assert.equal(body.StatusCode, status);
  assert.ok(Number.isInteger(body.code), 'code');
  assert.equal(typeof body.message, 'string');
  assert.equal(typeof body.duration, 'string');
  assert.equal(body.more_info, MORE_INFO);
  assert.deepEqual(body.details, []);
  assert.match(headers.get('content-type'), /^application\/json/);
}

/** Says who a token signs in: a user may change itself and nobody else. */
export async function assertSignsIn(app, token, userId) {
  const { users } = await app.feeds(token).updateUsersPartial({ users: [{ id: userId, set: { seen: true } }] });
  assert.equal(users[userId].custom.seen, true);
}

export function assertDate(value, what = 'date') {
  assert.ok(value instanceof Date && !Number.isNaN(value.getTime()), `${what}: ${value}`);
}

export function assertRfc3339(value, what = 'time') {
  assert.match(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, what);
}

/** Trap 26: a task is there at once, and done without waiting. */
export async function assertTaskDone(app, taskId) {
  const task = await app.node.getTask({ id: taskId });
  assert.equal(task.task_id, taskId);
  assert.equal(task.status, 'completed');
  assertDate(task.created_at, 'created_at');
  assertDate(task.updated_at, 'updated_at');
  return task;
}
