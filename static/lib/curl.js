// The command lines that do what a page does.

/** A word of a POSIX shell. */
export const shell = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const words = (method, url, headers, body) => [
  "curl",
  ...(method === "GET" ? [] : ["-X", method]),
  shell(url),
  ...headers,
  ...(body === undefined ? [] : ["-H 'content-type: application/json'", "-d", shell(typeof body === "string" ? body : JSON.stringify(body))]),
].join(" ");

/** A call of the control API. */
export const ofControl = (method, path, body) => words(method, `${location.origin}/_millpond${path}`, [], body);

/** A call of Stream's API; without a token, a server's that the command line makes. `$TOKEN` is the shell's. */
export function ofStream(app, method, path, { query = {}, body, token } = {}) {
  const search = new URLSearchParams({ api_key: app.api_key, ...query });
  const bearer = token
    ? `-H ${token === "$TOKEN" ? '"authorization: $TOKEN"' : shell(`authorization: ${token}`)}`
    : `-H "authorization: $(${cli(app, "token", "--server")})"`;
  return words(method, `${location.origin}${path}?${search}`, ["-H 'stream-auth-type: jwt'", bearer], body);
}

/** A line of `millpond`, for this app of this process. */
export const cli = (app, ...parts) =>
  ["millpond", ...parts.map(shell), "--app", shell(app.api_key), "--url", location.origin].join(" ");
