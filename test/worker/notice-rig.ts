import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemTime } from "../../src/clock/time.ts";
import type { RunTask } from "../../src/config/config.ts";
import type { NoticeClaim, NoticeEnd } from "../../src/ledger/notice-record.ts";
import type { Event } from "../../src/observe/events.ts";
import { createNotices, type Notifier, type NotifierOptions } from "../../src/worker/notices.ts";
import { configOf } from "../support/config.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";

/** A request as a service got it. */
export interface Got {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface Service {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** `127.0.0.1:PORT` */
  host: string;
  got: Got[];
  /** The most requests that it had at once. */
  atOnce(): number;
  close(): Promise<void>;
}

type Answer = (response: ServerResponse, got: Got, count: number) => void;

const OK: Answer = (response) => void response.end("ok");

/** A real HTTP server on the loopback interface. */
export async function service(answer: Answer = OK): Promise<Service> {
  const got: Got[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    most = Math.max(most, ++open);
    response.on("close", () => open--);
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text) => (body += text));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, path: url, headers, body };
      got.push(one);
      answer(response, one, got.length);
    });
    request.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url: `http://${host}`, host, got, atOnce: () => most },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface NoticeRig {
  notifier: Notifier;
  records: NoticeEnd[];
  claims: NoticeClaim[];
  events: Event[];
  folder: string;
  /** Resolves when so many records are written. */
  recorded(count: number): Promise<unknown>;
}

const SOON_MS = 10_000;

/** A notifier with real time, and what it records; ends it after `use`. */
export async function notifying(
  use: (rig: NoticeRig) => Promise<void>,
  options: Partial<NotifierOptions> = {},
): Promise<void> {
  const folder = temporaryFolder("notices");
  const records: NoticeEnd[] = [];
  const claims: NoticeClaim[] = [];
  const events: Event[] = [];
  const notifier = createNotices({
    name: "host:7",
    environment: { PATH: process.env.PATH },
    folder: () => folder.path,
    time: systemTime(),
    emit: (event) => events.push(event),
    random: () => 0,
    append: (record) => records.push(record),
    claim: async (record) => claims.push(record) === 1,
    ...options,
  });
  const recorded = (count: number) =>
    until(
      () => records.length >= count,
      SOON_MS,
      () => `${count} records, got ${JSON.stringify(records)}`,
    );
  try {
    await use({ notifier, records, claims, events, folder: folder.path, recorded });
  } finally {
    await notifier.drain(0);
    folder.remove();
  }
}

/** Runs `use` with a service, and closes it. */
export async function serving(
  use: (service: Service) => Promise<void>,
  answer?: Answer,
): Promise<void> {
  const made = await service(answer);
  try {
    await use(made);
  } finally {
    await made.close();
  }
}

/** The task of a job `reports` whose file says `fields`, as flow YAML. */
export function taskOf(fields: string): RunTask {
  const text = `version: 1\njobs: {reports: {every: 1h, run: "true", ${fields}}}`;
  return configOf(text).jobs.get("reports")!.task as RunTask;
}

export const RUN = {
  fire: {
    job: "reports",
    slot: Date.UTC(2026, 11, 1, 8),
    id: "reports@2026-12-01T08:00:00Z",
    attempt: 4,
    traceparent: "00-aa-bb-01",
  },
  queue: "nightly",
};

export const FAILED = {
  kind: "exited",
  exitCode: 3,
  signal: null,
  startedAt: Date.UTC(2026, 11, 1, 8, 0, 1),
  endedAt: Date.UTC(2026, 11, 1, 8, 0, 13),
  tail: 'said "no"\n',
};

export const FINE = { ...FAILED, exitCode: 0 };

export const MISSED = {
  job: "reports",
  count: 3,
  first: Date.UTC(2026, 11, 1, 6),
  last: Date.UTC(2026, 11, 1, 8),
  reason: "no clock led",
};
