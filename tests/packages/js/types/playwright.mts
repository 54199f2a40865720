import { expect, withMillpond } from 'millpond/playwright';

const test = withMillpond({ fixture: 'quickstart' });

test('an app', async ({ app, page, millpond }) => {
  await app.attach(page);
  await expect(page).toHaveTitle(millpond.url);
  await expect(app).toHaveReceived({ operation: 'Connect' });
  // @ts-expect-error an operation is a word
  await expect(app).toHaveReceived({ operation: 1 });
});
