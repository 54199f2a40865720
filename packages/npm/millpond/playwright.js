'use strict';

const { expect: base, test } = require('@playwright/test');

const matchers = require('./lib/matchers.js');
const { startMillpond } = require('./testing.js');

/** `test` with two fixtures more: `millpond`, one for each worker, and `app`, a copy of its app for each test. */
exports.withMillpond = function withMillpond({ ttl, ...options } = {}) {
  return test.extend({
    millpond: [
      // eslint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are wanted from here
      async ({}, use) => {
        const millpond = await startMillpond(options);
        await use(millpond);
        await millpond.stop();
      },
      { scope: 'worker' },
    ],
    app: async ({ millpond }, use, testInfo) => {
      const app = await millpond.cloneApp({ ttl, name: testInfo.title.slice(0, 60) });
      app.attach = (page) => page.addInitScript(hand, { url: app.url, apiKey: app.apiKey });
      await use(app);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach("millpond's journal", { body: await app.journal(), contentType: 'text/plain' });
      }
      await app.delete();
    },
  });
};

/** Runs in the page, before its own scripts. What a front end may know: no secret. */
function hand({ url, apiKey }) {
  globalThis.millpond = {
    url,
    apiKey,
    tokenProvider: (user) => async () => {
      const asked = new URLSearchParams({ user_id: user });
      const answer = await fetch(`${url}/_millpond/apps/${apiKey}/token-provider?${asked}`);
      if (!answer.ok) throw new Error(`millpond's token provider answers ${answer.status}`);
      return (await answer.json()).token;
    },
  };
}

exports.expect = base.extend(matchers);
