import type { App, Duration, Millpond, Options, Received } from './testing';

export { expect } from '@jest/globals';

type Body = (fixtures: { millpond: Millpond; app: App }) => unknown;
type Test = (name: string, body: Body, timeout?: number) => void;

/** `test` whose function is given `millpond`, one for each worker, and `app`, a copy of its app for each test. */
export declare function withMillpond(
  options?: Options & { ttl?: Duration },
): Test & { only: Test; skip: Test; failing: Test };

declare module 'expect' {
  interface Matchers<R, T> {
    toHaveReceived(expected: Received): Promise<void>;
    toHaveReceivedInOrder(expected: Received[]): Promise<void>;
  }
}
