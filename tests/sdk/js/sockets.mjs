// The three SDKs that open sockets, behind one face, so that what holds for all of them is written once; and what their
// tests wait with: events of the SDKs, never a poll, never a sleep.

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { FeedsClient } from '@stream-io/feeds-client';
import { StreamVideoClient } from '@stream-io/video-client';
import { StreamChat } from 'stream-chat';
import { WebSocket } from 'ws';
import { PATIENCE_MS } from './helpers.mjs';

// Node has a WebSocket of its own from version 22 on. This is all that the SDKs lack; stream-chat brings `ws` along.
globalThis.WebSocket ??= WebSocket;

// Each connect of an SDK leaves its time-out of 15 s behind, also when it was over long before. It is to keep no test file alive.
const { setTimeout: setAnyTimeout } = globalThis;
globalThis.setTimeout = (callback, ms, ...rest) => {
  const timer = setAnyTimeout(callback, ms, ...rest);
  return ms === 15_000 ? timer.unref() : timer;
};

class Feeds {
  static sdk = 'feeds-client';
  static door = '/api/v2/connect';

  constructor(app, { at = app.address, key = app.key } = {}) {
    this.client = new FeedsClient(key, {
      base_url: at,
      timeout: PATIENCE_MS,
      configure_loggers_options: { default: { level: 'error' } },
    });
  }

  async connect(user, tokenOrProvider) {
    await this.client.connectUser(user, tokenOrProvider);
    return this.me;
  }

  get me() {
    return this.client.state.getLatestValue().connected_user;
  }

  get connection() {
    return this.client.wsConnection;
  }

  on(type, handler) {
    return this.client.on(type, handler);
  }

  /** A call over HTTP as the user. */
  read() {
    return this.client.getApp();
  }

  disconnect() {
    return this.client.disconnectUser();
  }

  static told = (code, text) => `WS failed with code ${code} and reason - ${text}`;
}

class Chat {
  static sdk = 'stream-chat';
  static door = '/connect';

  constructor(app, { at = app.address, key = app.key, ...options } = {}) {
    this.client = new StreamChat(key, { baseURL: at, timeout: PATIENCE_MS, allowServerSideConnect: true, ...options });
  }

  async connect(user, tokenOrProvider) {
    await this.client.connectUser(user, tokenOrProvider);
    return this.me;
  }

  get me() {
    return this.client.user;
  }

  get connection() {
    return this.client.wsConnection;
  }

  on(type, handler) {
    const { unsubscribe } = type === 'all' ? this.client.on(handler) : this.client.on(type, handler);
    return unsubscribe;
  }

  read() {
    return this.client.getAppSettings();
  }

  disconnect() {
    return this.client.disconnectUser();
  }

  static told = Feeds.told;
}

class Video {
  static sdk = 'video-client';
  static door = '/video/connect';

  constructor(app, { at = app.address, key = app.key, ...options } = {}) {
    // With its default of five attempts the client also repeats what was refused for good (see sockets-video.test.mjs).
    // A log sink of nothing: it warns of each refusal that a test provokes.
    this.client = new StreamVideoClient({
      apiKey: key,
      options: {
        baseURL: `${at}/video`,
        timeout: PATIENCE_MS,
        allowServerSideConnect: true,
        maxConnectUserRetries: 1,
        clientEventsReportingEnabled: false,
        logger: () => {},
        ...options,
      },
    });
  }

  async connect(user, tokenOrProvider) {
    await this.client.connectUser(user, tokenOrProvider);
    return this.me;
  }

  get me() {
    return this.client.state.connectedUser;
  }

  get connection() {
    return this.client.streamClient.wsConnection;
  }

  on(type, handler) {
    return this.client.on(type, handler);
  }

  read() {
    return this.client.getDevices();
  }

  disconnect() {
    return this.client.disconnectUser();
  }

  static told(code, text) {
    const names = {
      2: 'AccessKeyError',
      4: 'InputError',
      5: 'AuthenticationError',
      16: 'DoesNotExistError',
      40: 'AuthErrorTokenExpired',
      41: 'AuthErrorTokenNotValidYet',
      42: 'AuthErrorTokenUsedBeforeIssuedAt',
      43: 'AuthErrorTokenSignatureInvalid',
    };
    return `WS failed with code: ${code}: ${names[code]} and reason: ${text}`;
  }
}

export { Chat, Feeds, Video };
export const SDKS = [Feeds, Chat, Video];

/** A client that is disconnected when its test is over. */
export function client(t, Sdk, app, options) {
  const made = new Sdk(app, options);
  t.after(() => made.disconnect());
  return made;
}

/** No client that finds its way asks its provider so often. */
const CALLS_MAX = 20;

/**
 * A token provider that counts its calls. Each call takes the next step, the last one again and again: a token, an error
 * to throw, or a function that gives a token. Who asks without end is told so, and gives up.
 */
export function provider(...steps) {
  const waiting = [];
  const provide = async () => {
    const step = steps[Math.min(provide.calls, steps.length - 1)];
    provide.calls += 1;
    if (provide.calls > CALLS_MAX) throw new Error(`the token provider was asked ${provide.calls} times`);
    for (const { calls, resolve } of waiting) if (calls <= provide.calls) resolve();
    if (step instanceof Error) throw step;
    return typeof step === 'function' ? step() : step;
  };
  provide.calls = 0;
  /** Resolves at the n-th call. */
  provide.called = (calls) =>
    bounded(
      calls <= provide.calls ? Promise.resolve() : new Promise((resolve) => waiting.push({ calls, resolve })),
      `call ${calls} of the token provider`,
    );
  return provide;
}

/** What a promise comes to, for a bounded time. */
export function bounded(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited for ${PATIENCE_MS} ms: ${what}`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The next event of a type that an SDK hands to its listeners. */
export function heard(client, type, where = () => true) {
  let off;
  const event = new Promise((resolve) => {
    off = client.on(type, (event) => where(event) && resolve(event));
  });
  return bounded(event, `${type} at ${client.constructor.sdk}`).finally(() => off());
}

/** The SDK says that it is connected again. */
export const online = (client) => heard(client, 'connection.changed', ({ online }) => online);

/** The types of all events from now on. */
export function record(client) {
  const types = [];
  client.on('all', ({ type }) => types.push(type));
  return types;
}

/** The close frame that the SDK's present socket gets. */
export function closed(client) {
  const socket = client.connection.ws;
  const close = new Promise((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
  });
  return bounded(close, `the close of a socket of ${client.constructor.sdk}`);
}

/** The SDK's own ping, sent now and not after 25 s, and the answer to it. */
export async function pinged(client) {
  const answer = heard(client, 'health.check');
  const { connection } = client;
  const { pingInterval } = connection;
  connection.pingInterval = 0;
  connection.scheduleNextPing();
  connection.pingInterval = pingInterval;
  return answer;
}

/** Asserts that a connect is refused for good, with this code and text, and says so as the SDK words it. */
export async function refusedAtConnect(connect, Sdk, { status, code, text }) {
  const error = await connect.then(
    () => assert.fail('the connect was accepted'),
    (error) => error,
  );
  assert.ok(error.message.startsWith('{'), `not a refusal of the server: ${error.stack}`);
  assert.deepEqual(JSON.parse(error.message), {
    code,
    StatusCode: status,
    message: Sdk.told(code, text),
    isWSFailure: false,
  });
}

/**
 * A proxy that writes down which token each request carries, and that can let no sockets through, as some networks do.
 */
export async function tap(t, app, { sockets = true } = {}) {
  const upstream = new URL(app.address);
  const seen = [];
  const open = new Set();
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, upstream);
    const entry = { method: request.method, path: pathname, token: request.headers.authorization };
    seen.push(entry);
    const { method, headers } = request;
    const onward = http.request(new URL(request.url, upstream), { method, headers, agent: false }, (answer) => {
      entry.status = answer.statusCode;
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.on('upgrade', (request, socket) => {
    const { pathname, searchParams } = new URL(request.url, upstream);
    seen.push({ method: 'UPGRADE', path: pathname, token: searchParams.get('authorization') });
    socket.on('error', () => {});
    if (!sockets) return socket.destroy();
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
    }
    const onward = net.connect(upstream.port, upstream.hostname);
    onward.on('error', () => {}).on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    socket.pipe(onward).pipe(socket);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { at: `http://127.0.0.1:${server.address().port}`, seen };
}
