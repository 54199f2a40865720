import { expect, withMillpond } from 'millpond/vitest';

const test = withMillpond({ fixture: 'quickstart', ttl: '1m' });

test('an app', async ({ app, millpond }) => {
  const key: string = millpond.app.apiKey;
  await expect(app).toHaveReceived({ operation: 'Connect', userId: key, timeout: '1s' });
  await expect(app).not.toHaveReceivedInOrder([{ operation: 'Connect', times: 1 }]);
  // @ts-expect-error in order there are several
  await expect(app).toHaveReceivedInOrder({ operation: 'Connect' });
  // @ts-expect-error there is no such word
  app.tokn('john');
});
