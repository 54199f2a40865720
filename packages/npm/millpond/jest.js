'use strict';

const { getEnvironmentData, setEnvironmentData } = require('node:worker_threads');
const { expect, test } = require('@jest/globals');

const matchers = require('./lib/matchers.js');
const { startMillpond } = require('./testing.js');

expect.extend(matchers);

/** `test` whose function is given `millpond`, one for each worker, and `app`, a copy of its app for each test. */
exports.withMillpond = function withMillpond({ ttl, ...options } = {}) {
  const running = () => ofWorker(options);
  const wrapped = (name, body) => async () => {
    const millpond = await running();
    const app = await millpond.cloneApp({ ttl, name: name.slice(0, 60) });
    try {
      await body({ millpond, app });
    } catch (error) {
      // jest has no attachments: what it reports of a failed test is the error.
      throw withJournal(error, await app.journal());
    } finally {
      await app.delete();
    }
  };
  const of = (runner) => (name, body, timeout) => runner(name, wrapped(name, body), timeout);
  return Object.assign(of(test), { only: of(test.only), skip: of(test.skip), failing: of(test.failing) });
};

exports.expect = expect;

/** jest loads modules anew for each file; what a thread keeps for its workers stays. The millpond ends with the process. */
async function ofWorker(options) {
  const key = `millpond ${JSON.stringify(options)}`;
  const known = getEnvironmentData(key);
  if (known) return startMillpond(JSON.parse(known));
  const millpond = await startMillpond(options);
  setEnvironmentData(key, JSON.stringify({ url: millpond.url, apiKey: millpond.app.apiKey, fixture: millpond.fixtures }));
  return millpond;
}

function withJournal(error, journal) {
  const told = `\n\nmillpond's journal:\n${journal}`;
  if (typeof error?.message !== 'string') return error;
  const { message, stack } = error;
  error.message += told;
  error.stack = stack?.replace(message, () => error.message);
  return error;
}
