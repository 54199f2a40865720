// The worker's millpond is that of the files before: this one has no binary to start another.

process.env.MILLPOND_BIN = '/no/binary';

const { expect, withMillpond } = require('millpond/jest');

withMillpond({ fixture: 'quickstart' })('a worker has one millpond for all its files', async ({ app, millpond }) => {
  expect(app.apiKey).not.toBe(millpond.app.apiKey);
});
