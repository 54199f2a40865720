import type {
  Expect,
  Page,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestType,
} from '@playwright/test';
import type { App, Duration, Millpond, Options, Received } from './testing';

/** An app that a page can be handed. */
export type PageApp = App & {
  /** Before the page is opened: its scripts find `globalThis.millpond` with `url`, `apiKey` and `tokenProvider(userId)`. */
  attach(page: Pick<Page, 'addInitScript'>): Promise<unknown>;
};

/** `test` with two fixtures more: `millpond`, one for each worker, and `app`, a copy of its app for each test. */
export declare function withMillpond(
  options?: Options & { ttl?: Duration },
): TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & { app: PageApp },
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & { millpond: Millpond }
>;

export declare const expect: Expect<{
  toHaveReceived(app: App, expected: Received): Promise<{ pass: boolean; message(): string }>;
  toHaveReceivedInOrder(app: App, expected: Received[]): Promise<{ pass: boolean; message(): string }>;
}>;
