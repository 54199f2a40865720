import type { TestAPI } from 'vitest';
import type { App, Duration, Millpond, Options, Received } from './testing.js';

export { expect } from 'vitest';

/** `test` with two fixtures more: `millpond`, one for each worker, and `app`, a copy of its app for each test. */
export declare function withMillpond(options?: Options & { ttl?: Duration }): TestAPI<{ millpond: Millpond; app: App }>;

declare module 'vitest' {
  interface Matchers<T = any> {
    toHaveReceived(expected: Received): Promise<void>;
    toHaveReceivedInOrder(expected: Received[]): Promise<void>;
  }
}
