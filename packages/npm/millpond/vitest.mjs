import { expect, test as base } from 'vitest';

import matchers from './lib/matchers.js';
import testing from './testing.js';

expect.extend(matchers);

/** `test` with two fixtures more: `millpond`, one for each worker, and `app`, a copy of its app for each test. */
export function withMillpond({ ttl, ...options } = {}) {
  return base.extend({
    millpond: [
      // eslint-disable-next-line no-empty-pattern -- vitest reads which fixtures are wanted from here
      async ({}, use) => {
        const millpond = await testing.startMillpond(options);
        await use(millpond);
        await millpond.stop();
      },
      { scope: 'worker' },
    ],
    app: async ({ millpond, task }, use) => {
      const app = await millpond.cloneApp({ ttl, name: task.name.slice(0, 60) });
      await use(app);
      const error = task.result?.errors?.at(-1);
      // A test that is over takes no annotations; what is reported of it is its error.
      if (error) error.message += `\n\nmillpond's journal:\n${await app.journal()}`;
      await app.delete();
    },
  });
}

export { expect };
