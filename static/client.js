// The two APIs that this page is a client of: millpond's control API, and Stream's own with a server token.

/** What went wrong, in words for a person. `gone` says that nobody answered. */
export class Failure extends Error {
  constructor(message, { gone = false, status = 0 } = {}) {
    super(message);
    this.gone = gone;
    this.status = status;
  }
}

async function call(method, url, { body, headers = {} } = {}) {
  const options = { method, headers, cache: "no-store" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { ...headers, "content-type": "application/json" };
  }
  let response;
  let text;
  try {
    response = await fetch(url, options);
    text = await response.text();
  } catch {
    throw new Failure("millpond does not answer — is it running?", { gone: true });
  }
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // Told below: every answer of either API is JSON.
  }
  if (response.ok && answer !== null) return answer;
  throw new Failure(reason(answer, response), { status: response.status });
}

/** The message of an error of either API: `{error: {message, hint}}` or `{code, message}`. */
function reason(answer, response) {
  const error = answer?.error;
  if (error?.message) return error.hint ? `${error.message} (${error.hint})` : error.message;
  if (answer?.message) return answer.message;
  return `HTTP ${response.status} ${response.statusText}`.trim();
}

const control = (method, path, body) => call(method, `/_millpond${path}`, { body });
const ofApp = (app, path) => `/apps/${encodeURIComponent(app.api_key)}${path}`;

export const info = () => control("GET", "/info?secrets=true");
export const createApp = () => control("POST", "/apps", {});
export const mint = (app, wanted) => control("POST", ofApp(app, "/tokens"), wanted);
export const inspect = (app, token) => control("POST", "/tokens/inspect", { token, api_key: app.api_key });

export const serverToken = async (app) => (await mint(app, { kind: "server" })).token;

/** Stream's own operation, as a server SDK calls it. */
async function asServer(app, method, path, body) {
  const token = await serverToken(app);
  return call(method, `${path}?api_key=${encodeURIComponent(app.api_key)}`, {
    body,
    headers: { authorization: token, "stream-auth-type": "jwt" },
  });
}

export const getSettings = async (app) => (await asServer(app, "GET", "/api/v2/app")).app;
export const saveSettings = (app, patch) => asServer(app, "PATCH", "/api/v2/app", patch);
