import type { ArmedFault, Clock, Connection, Duration, Entry, Expectation, Fault, Filter, Stub } from './lib/types';

export type { ArmedFault, Clock, Connection, Duration, Entry, Expectation, Fault, Filter, Received, Stub } from './lib/types';

/** What the control API refuses, or what did not hold. */
export declare class MillpondError extends Error {
  readonly status?: number;
  readonly code?: string;
}

/** An app: its pair, its tokens, and what the control API does with it. */
export declare class App {
  private constructor();
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The fixture's named tokens. */
  readonly tokens: Readonly<Record<string, string>>;
  /** What `millpond env` prints for it. */
  readonly env: Readonly<Record<string, string>>;
  /** A token that is minted: for a user's id, or as `POST tokens` says. */
  token(userId: string, options?: { ttl?: Duration; [field: string]: unknown }): Promise<string>;
  token(wanted: { userId?: string; kind?: string; [field: string]: unknown }): Promise<string>;
  /** What an SDK takes for a token provider. */
  tokenProvider(userId: string): () => Promise<string>;
  readonly clock: {
    advance(by: Duration): Promise<Clock>;
    /** At a moment, else where it stands. */
    freeze(at?: Date | string | true): Promise<Clock>;
    system(): Promise<Clock>;
    now(): Promise<Date>;
  };
  readonly faults: {
    add(fault: Fault): Promise<ArmedFault>;
    list(): Promise<ArmedFault[]>;
    delete(id: string): Promise<void>;
    clear(): Promise<void>;
  };
  readonly stubs: {
    put(stub: Stub): Promise<Stub>;
    list(): Promise<Stub[]>;
    clear(): Promise<void>;
  };
  readonly requests: {
    /** The newest first. */
    list(filter?: Filter & { after?: number; before?: number; limit?: number; order?: 'asc' | 'desc' }): Promise<Entry[]>;
    count(filter?: Filter & { after?: number; before?: number }): Promise<number>;
    clear(): Promise<void>;
    /** Waits until `count` (1) match; throws after `timeout` (10s), with what came instead. */
    waitFor(filter?: Filter & { count?: number; timeout?: Duration; after?: number }): Promise<Entry[]>;
    /** Throws an account of it unless the journal has what is expected. */
    verify(expected: Expectation | Expectation[], options?: { inOrder?: boolean; after?: number }): Promise<void>;
  };
  readonly connections: {
    list(of?: { userId?: string }): Promise<Connection[]>;
    /** Closes those of a user, or all; gives how many. */
    close(how?: {
      userId?: string;
      code?: number;
      expire?: boolean;
      error?: { code: number | string; message?: string };
    }): Promise<number>;
  };
  snapshot(name: string): Promise<void>;
  restore(name: string, options?: { closeCode?: number }): Promise<void>;
  /** Back to the fixture. */
  reset(options?: { closeCode?: number }): Promise<void>;
  /** The journal as lines of text, the oldest first. */
  journal(): Promise<string>;
  /** Any route of the control API below `/apps/{api_key}`, in its own words. */
  control(method: string, path: string, body?: unknown): Promise<any>;
  verified(
    expected: Expectation | Expectation[],
    options?: { inOrder?: boolean; after?: number },
  ): Promise<{ ok: boolean; account: string[] }>;
  /** Deletes the app and all in it. */
  delete(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Options {
  /** A file, or the name of a shipped one. A millpond is started with it; of one that is joined, each clone has it. */
  fixture?: string | string[];
  /** The one to join; MILLPOND_URL where it is not given. */
  url?: string;
  /** The app; STREAM_API_KEY where one is joined, else the first. */
  apiKey?: string;
}

/** A millpond that answers, and the app that it was started for: where it was joined, as that one was. */
export declare class Millpond {
  private constructor();
  readonly url: string;
  readonly app: App;
  readonly env: Readonly<Record<string, string>>;
  /** A copy of the app under a key of its own, with the fixture; gone by itself after `ttl` (10m). */
  cloneApp(options?: { ttl?: Duration; name?: string }): Promise<App>;
  /** Any route of the control API, in its own words. */
  control(method: string, path: string, body?: unknown): Promise<any>;
  /** Ends it, if it was started here. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Joins the millpond of MILLPOND_URL, else starts one that ends with this process. */
export declare function startMillpond(options?: Options): Promise<Millpond>;
