'use strict';

const { call, query, send, MillpondError } = require('./control.js');
const { camel, snake } = require('./words.js');

const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/** How long is waited for what a test expects. */
const TIMEOUT = '10s';

/** An app: its pair, its tokens, and what the control API does with it. */
class App {
  /** Of a pair; its named tokens are asked for. */
  static async of(url, { api_key: apiKey, api_secret: apiSecret }) {
    const { tokens } = await call(url, 'GET', `/apps/${apiKey}/tokens`);
    return new App(url, apiKey, apiSecret, tokens);
  }

  constructor(url, apiKey, apiSecret, tokens) {
    this.url = url;
    this.apiKey = apiKey;
    this.apiSecret = apiSecret;
    /** The fixture's named tokens. */
    this.tokens = tokens;
    /** What `millpond env` prints for it. */
    this.env = {
      MILLPOND_URL: url,
      STREAM_BASE_URL: url,
      STREAM_API_KEY: apiKey,
      STREAM_API_SECRET: apiSecret,
      STREAM_KEY: apiKey,
      STREAM_SECRET: apiSecret,
      STREAM_CHAT_URL: url,
      STREAM_LOCAL_TEST_HOST: new URL(url).host,
    };
    for (const [name, token] of Object.entries(tokens)) {
      this.env[`MILLPOND_TOKEN_${name.replace(/[^A-Za-z0-9]/gu, '_').toUpperCase()}`] = token;
    }

    const control = (...asked) => this.control(...asked);
    this.clock = {
      advance: async (by) => camel(await control('POST', '/clock/advance', { by })),
      freeze: async (at = true) => {
        const frozen = Object.prototype.toString.call(at) === '[object Date]' ? at.toISOString() : at;
        return camel(await control('PUT', '/clock', { frozen }));
      },
      /** Back to the system's. */
      system: async () => camel(await control('PUT', '/clock', { system: true })),
      now: async () => new Date((await control('GET', '/clock')).now),
    };
    this.faults = {
      add: async (fault) => camel(await control('POST', '/faults', snake(fault))),
      list: async () => camel((await control('GET', '/faults')).faults),
      delete: async (id) => void (await control('DELETE', `/faults/${id}`)),
      clear: async () => void (await control('DELETE', '/faults')),
    };
    this.stubs = {
      put: (stub) => control('PUT', '/stubs', stub),
      list: async () => (await control('GET', '/stubs')).stubs,
      clear: async () => void (await control('DELETE', '/stubs')),
    };
    this.connections = {
      list: async ({ userId } = {}) =>
        camel((await control('GET', `/connections${query({ user_id: userId })}`)).connections),
      close: async ({ userId, ...how } = {}) =>
        (await control('POST', `/connections/close${query({ user_id: userId })}`, snake(how))).closed,
    };
    this.requests = {
      list: async (filter = {}) => camel((await control('GET', `/requests${query(snake(filter))}`)).requests),
      count: async (filter = {}) => (await control('GET', `/requests/count${query(snake(filter))}`)).count,
      clear: async () => void (await control('DELETE', '/requests')),
      waitFor: async (filter = {}) => {
        const asked = query(snake({ timeout: TIMEOUT, ...filter }));
        const { status, body } = await send(url, 'GET', `/apps/${apiKey}/requests/wait${asked}`);
        if (status === 200) return camel(body.requests);
        if (status !== 408) throw new MillpondError(body?.error?.message ?? `answered with ${status}`, { status });
        const seen = camel(body.seen).map((entry) => `  ${told(entry)}`);
        const words = ['In time came not what was waited for:', JSON.stringify(filter), 'but', ...seen];
        throw new MillpondError((seen.length ? words : words.slice(0, 2).concat('and nothing else')).join('\n'), { status });
      },
      verify: async (expected, options = {}) => {
        const { ok, account } = await this.verified(expected, options);
        if (!ok) throw new MillpondError(account.join('\n'), { status: 409 });
      },
    };
  }

  /** Any route of the control API below `/apps/{api_key}`, in its own words. */
  control(method, path, body) {
    return call(this.url, method, `/apps/${this.apiKey}${path}`, body);
  }

  /** A token that is minted: for a user's id, or as `POST tokens` says. */
  async token(wanted, options = {}) {
    const asked = typeof wanted === 'string' ? { userId: wanted, ...options } : wanted;
    return (await this.control('POST', '/tokens', snake(asked))).token;
  }

  /** What an SDK takes for a token provider: a function that asks millpond's. */
  tokenProvider(user) {
    return async () => (await this.control('POST', '/token-provider', { user_id: user })).token;
  }

  /** Whether the journal has what is expected, and sentences about it. */
  async verified(expected, { inOrder = false, after } = {}) {
    const expect = snake(Array.isArray(expected) ? expected : [expected]);
    const body = { expect, in_order: inOrder, after };
    const answer = await send(this.url, 'POST', `/apps/${this.apiKey}/requests/verify`, body);
    if (answer.status === 200 || answer.status === 409) return answer.body;
    throw new MillpondError(answer.body?.error?.message ?? `answered with ${answer.status}`, { status: answer.status });
  }

  async snapshot(name) {
    await this.control('POST', '/snapshots', { name });
  }

  async restore(name, { closeCode } = {}) {
    await this.control('POST', `/snapshots/${encodeURIComponent(name)}/restore`, { close_code: closeCode });
  }

  async reset({ closeCode } = {}) {
    await this.control('POST', '/reset', { close_code: closeCode });
  }

  /** The journal as lines of text, the oldest first. */
  async journal() {
    const entries = await this.requests.list({ limit: 200 });
    return entries.reverse().map(told).join('\n');
  }

  /** Deletes the app and all in it. */
  async delete() {
    try {
      await this.control('DELETE', '');
    } catch (error) {
      if (error.status !== 404) throw error; // its ttl was over
    }
  }

  [asyncDispose]() {
    return this.delete();
  }
}

function told({ at, operation, caller, userId, outcome, status, code, message }) {
  const who = userId ? `${caller} ${userId}` : caller;
  return [at, operation, who, outcome, status, code ? `code ${code}` : '', message].filter(Boolean).join(' ');
}

module.exports = { App, asyncDispose };
