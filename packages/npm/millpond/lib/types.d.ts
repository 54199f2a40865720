/** A time: seconds, or a number with a unit, such as `90s`, `10m`, `1h` or `-2d`. */
export type Duration = string | number;

/** Which entries of an app's journal are meant. */
export interface Filter {
  /** The operation, or the type of an event; behind `~` a part of its name. */
  operation?: string;
  /** The user who called, or to whom it was sent. */
  userId?: string;
  caller?: 'server' | 'user' | 'guest' | 'anonymous' | 'none';
  outcome?: 'ok' | 'refused' | 'failed';
  /** The HTTP status, or the close code of a socket. */
  status?: number;
  /** Stream's code; 0 for none. */
  code?: number;
  /** A token's fingerprint. */
  token?: string;
}

/** What is expected of the journal: how often is at least once where it is not said. */
export interface Expectation extends Filter {
  times?: number | { min?: number; max?: number };
}

/** What a matcher expects. With `timeout` it waits. */
export interface Received extends Expectation {
  timeout?: Duration;
}

/** Something that happened. */
export interface Entry {
  id: number;
  at: string;
  operation: string;
  method: string;
  path: string;
  caller: NonNullable<Filter['caller']>;
  userId: string | null;
  outcome: NonNullable<Filter['outcome']>;
  status: number;
  code: number;
  message: string;
  durationMs: number;
  [field: string]: unknown;
}

export interface Clock {
  mode: 'system' | 'offset' | 'frozen';
  now: string;
  offsetSeconds: number | null;
}

export interface Fault {
  id?: string;
  operation: string;
  userId?: string;
  caller?: Filter['caller'];
  /** How many calls: one by default, `null` for all. */
  times?: number | null;
  /** What happens to them, as `POST faults` has it. */
  then: Record<string, unknown>;
}

export type ArmedFault = Fault & { id: string; hits: number };

/** A fixed answer, of an operation, or of a method and a path. */
export type Stub = ({ operation: string } | { method: string; path: string }) & { status?: number; body?: unknown };

export interface Connection {
  id: string;
  userId: string | null;
  [field: string]: unknown;
}
