import { startMillpond, type App, type Entry } from 'millpond/testing';

export async function use(): Promise<Entry[]> {
  await using millpond = await startMillpond({ fixture: 'quickstart' });
  await using app: App = await millpond.cloneApp({ ttl: '10m' });
  const provider: () => Promise<string> = app.tokenProvider('john');
  const token: string = await app.token('john', { ttl: '1h' });
  await app.clock.advance('1h');
  await app.faults.add({ operation: 'GetApp', userId: 'john', then: { error: { code: 40 } } });
  await app.stubs.put({ method: 'GET', path: '/api/v2/app', body: {} });
  await app.requests.verify([{ operation: 'Connect', times: { min: 1 } }], { inOrder: true });
  // @ts-expect-error words are camelCase here
  await app.requests.count({ user_id: 'john' });
  // @ts-expect-error a stub has a place
  await app.stubs.put({ body: {} });
  // @ts-expect-error an app is made by a millpond
  new (app.constructor as typeof App)();
  console.log(token, await provider(), app.env.STREAM_API_KEY);
  return app.requests.waitFor({ operation: 'Connect', userId: 'john', timeout: '10s' });
}
