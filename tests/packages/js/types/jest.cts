import { expect, withMillpond } from 'millpond/jest';

const test = withMillpond({ fixture: 'quickstart' });

test('an app', async ({ app, millpond }) => {
  await expect(app).toHaveReceived({ operation: millpond.url });
  await expect(app).not.toHaveReceivedInOrder([{ operation: 'Connect' }]);
  // @ts-expect-error an operation is a word
  await expect(app).toHaveReceived({ operation: 1 });
});
