'use strict';

// One call of the control API. Not by fetch: tests replace that one.

const http = require('node:http');

/** What the control API refuses, or what did not hold. */
class MillpondError extends Error {
  constructor(message, { status, code } = {}) {
    super(message);
    this.name = 'MillpondError';
    this.status = status;
    this.code = code;
  }
}

/** Sends a call below `/_millpond`, and gives its status and the JSON that comes back. */
function send(url, method, path, body) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/_millpond${path}`, { method, headers, agent: false }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(parts).toString() || 'null') });
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

/** The same; all but success is thrown. */
async function call(url, method, path, body) {
  const answer = await send(url, method, path, body);
  if (answer.status < 300) return answer.body;
  const { error, account } = answer.body ?? {};
  const said = error ? [error.message, error.hint].filter(Boolean).join('\n') : account?.join('\n');
  throw new MillpondError(said ?? `${method} ${path} was answered with ${answer.status}`, {
    status: answer.status,
    code: error?.code,
  });
}

/** `?name=value&…`, without what is not given. */
function query(fields) {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return given.length ? `?${new URLSearchParams(given)}` : '';
}

module.exports = { MillpondError, call, query, send };
