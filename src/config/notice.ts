/**
 * Whom a job's file wants to be told of what, and how. What is not there is told nobody. Variables
 * are replaced, so addresses and headers may hold secrets: none of it is ever shown.
 */
export interface Notices {
  /** A run failed, and there is no further attempt. */
  readonly failure?: readonly Notice[];
  /** The first run that is ok after such a failure. */
  readonly recovery?: readonly Notice[];
  /** Slots will not be fired. */
  readonly missed?: readonly Notice[];
  /** An attempt has been going for `after`. */
  readonly long?: readonly LongNotice[];
  /** Called after every run. */
  readonly ping?: Ping;
}

export type Notice = Webhook | NoticeCommand;

/** A POST of JSON, or of text. */
export interface Webhook {
  kind: "webhook";
  /** http or https */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** JSON with `{{placeholders}}` in its texts; a text is sent as plain text; undefined: everything. */
  body?: unknown;
  /** ms, of one try. */
  timeout: number;
  /** Further tries after one that failed. */
  retries: number;
}

/** Executed on the worker's machine, as the job's own command is. */
export interface NoticeCommand {
  kind: "command";
  /** A string goes to the job's shell; a list is executed as it is. */
  command: string | readonly string[];
  /** ms */
  timeout: number;
}

export type LongNotice = Notice & {
  /** ms from the start of the attempt. */
  after: number;
};

/** Addresses of a service that raises the alarm when it is not called. */
export interface Ping {
  readonly success?: string;
  readonly failure?: string;
}

/** What a job has that says nothing. */
export const NO_NOTICES: Notices = Object.freeze({});
