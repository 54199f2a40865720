import { expect, withMillpond } from 'millpond/playwright';

withMillpond({ fixture: 'quickstart' })('fails', async ({ app }) => {
  await fetch(`${app.url}/api/v2/app?api_key=${app.apiKey}`, { headers: { 'stream-auth-type': 'jwt', authorization: app.tokens.john } });
  expect(1).toBe(2);
});
