// The two APIs that the pages are a client of: millpond's control API, and Stream's own with a server token.

import { ofControl, ofStream } from "./curl.js";

/** How this page's own calls name themselves, so that the journal can be read without them. */
export const CLIENT = "millpond-dashboard";

/** What went wrong, in words for a person. `gone`: nobody answered. `missing`: this build has no such route. */
export class Failure extends Error {
  constructor(message, more = {}) {
    super(message);
    Object.assign(this, { gone: false, status: 0, code: undefined, field: undefined, hint: undefined, problems: undefined }, more);
  }

  get missing() {
    return this.status === 404 && this.code === "unknown_route";
  }
}

/** Times in Stream's answers are integers beyond what JavaScript counts exactly: kept as text. */
const TIMES = /"(created_at|updated_at|last_active|deactivated_at|deleted_at|revoke_tokens_issued_before|ban_expires)":(\d{17,})/g;

async function call(method, url, { body, headers = {}, type = "application/json", signal, asText = false } = {}) {
  const options = { method, headers, cache: "no-store", signal };
  if (body !== undefined) {
    options.body = typeof body === "string" ? body : JSON.stringify(body);
    options.headers = { ...headers, "content-type": type };
  }
  let response;
  let text;
  try {
    response = await fetch(url, options);
    text = await response.text();
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new Failure("millpond does not answer. Is it running?", { gone: true });
  }
  if (response.ok && asText) return text;
  let answer;
  try {
    answer = JSON.parse(text.replace(TIMES, '"$1":"$2"'));
  } catch {
    // Told below: every answer of either API is JSON.
  }
  if (response.ok && answer !== undefined) return answer;
  throw refusal(answer, response);
}

/** The error of either API: `{error: {code, message, field, hint}}` or `{code, message}`. */
function refusal(answer, response) {
  const { status } = response;
  if (answer?.error?.message) {
    const { message, ...more } = answer.error;
    return new Failure(more.hint ? `${message}; ${more.hint}` : message, { status, ...more });
  }
  if (answer?.message) return new Failure(answer.message, { status, code: answer.code });
  return new Failure(`HTTP ${status} ${response.statusText}`.trim(), { status });
}

const listeners = new Set();

/** Hears of every write: `{what, line, undo}`. */
export const onWrite = (listener) => listeners.add(listener);

const told = (write) => listeners.forEach((listener) => listener(write));

/** A read of the control API; with `asText`, of its words as they came. */
export const read = (path, options) => call("GET", `/_millpond${path}`, options);

/** A call that changes nothing, with a body: minting, inspecting. */
export const ask = (path, body, options) => call("POST", `/_millpond${path}`, { body, ...options });

/** A write through the control API. `what` says in the past tense what it did; `line` is the CLI's, else curl's. */
export async function write(what, method, path, body, { line, undo, type } = {}) {
  const answer = await call(method, `/_millpond${path}`, { body, type });
  told({ what, line: line ?? ofControl(method, path, body), undo });
  return answer;
}

export const ofApp = (app, path = "") => `/apps/${encodeURIComponent(app.api_key)}${path}`;

const tokens = new Map();

/** A server token of the app. */
export async function serverToken(app, fresh = false) {
  const key = `${app.api_key} ${app.api_secret}`;
  if (fresh || !tokens.has(key)) tokens.set(key, (await ask(ofApp(app, "/tokens"), { kind: "server" })).token);
  return tokens.get(key);
}

/** Stream's own operation, as a server SDK calls it. */
export async function stream(app, method, path, { query = {}, body, signal, headers: further } = {}, fresh = false) {
  const search = new URLSearchParams({ api_key: app.api_key, ...query });
  const headers = { ...further, authorization: await serverToken(app, fresh), "stream-auth-type": "jwt", "x-stream-client": CLIENT };
  try {
    return await call(method, `${path}?${search}`, { body, headers, signal });
  } catch (failure) {
    // The clock was turned back before the token was made, or the secret is another now.
    if (failure.status === 401 && !fresh) return stream(app, method, path, { query, body, signal, headers: further }, true);
    throw failure;
  }
}

/** The same for a write. */
export async function streamWrite(app, what, method, path, { query, body, line, undo, headers } = {}) {
  const answer = await stream(app, method, path, { query, body, headers });
  told({ what, line: line ?? ofStream(app, method, path, { query, body }), undo });
  return answer;
}
