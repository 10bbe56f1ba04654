import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Amqp, openAmqp, type Taken } from "../support/amqp.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Clockd, type ClockdOptions, type Line, runClockd } from "../support/process.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { strangerAt, urlIn } from "../support/stranger.ts";

/** Long enough for a busy machine; nothing waits this long when all is well. ms. */
export const SOON = 20_000;

/** A folder with a schedule file, and the clockd processes that use it. */
export interface Rig {
  folder: string;
  file: string;
  namespace: string;
  /** The broker's. */
  url: string;
  /** Replaces the file in one step, as editors do. `jobs` is the YAML below `jobs:`. */
  write(jobs: string, namespace?: string): void;
  read(): string;
  /** Makes an empty file in the folder. */
  touch(name: string): void;
  clock(args?: string[], options?: ClockdOptions): Clockd;
  worker(args?: string[], options?: ClockdOptions): Clockd;
  /** Both in one process. */
  up(args?: string[], options?: ClockdOptions): Clockd;
  /** Puts a fire into the work queue as a clock does, so that no clock has to be waited for. */
  fire(job: string): Promise<void>;
  /** Puts anything there. */
  put(body: string): Promise<void>;
  /** Everything that is in a work queue now. */
  takeFires(queue?: string): Promise<Taken[]>;
  /** Everything that is among the dead letters now. */
  takeDead(): Promise<Taken[]>;
  /** For what only RabbitMQ has. */
  amqp(): Promise<Amqp>;
  close(): Promise<void>;
}

/** On the broker of a URL. The path of an embedded broker's file is relative to the rig's folder. */
export function createRig(broker: string): Rig {
  const folder = temporaryFolder("process");
  const file = join(folder.path, "schedules.yml");
  const namespace = uniqueNamespace("process");
  const running: Clockd[] = [];
  const url = urlIn(folder.path, broker);
  const stranger = strangerAt(url, namespace);
  let connection: Promise<Amqp> | undefined;
  const start = (args: string[], options?: ClockdOptions) => {
    const clockd = runClockd(args, options);
    running.push(clockd);
    return clockd;
  };
  const always = ["--config", file, "--broker", url];
  return {
    folder: folder.path,
    file,
    namespace,
    url,
    write(jobs, inNamespace = namespace) {
      writeFileSync(`${file}.new`, `version: 1\nnamespace: ${inNamespace}\njobs:\n${jobs}`);
      renameSync(`${file}.new`, file);
    },
    touch: (name) => writeFileSync(join(folder.path, name), ""),
    read: () => readFileSync(file, "utf8"),
    clock: (args = [], options) => start([...always, ...args], options),
    worker: (args = [], options) => start(["worker", ...always, ...args], options),
    up: (args = [], options) => start(["up", ...always, ...args], options),
    fire: (job) =>
      stranger.put("default", {
        body: JSON.stringify({ version: 1, job, slot: "2026-12-01T08:00:00Z" }),
      }),
    put: (body) => stranger.put("default", { body }),
    takeFires: (queue = "default") => stranger.take(queue),
    takeDead: stranger.takeDead,
    amqp: () => (connection ??= openAmqp(url)),
    async close() {
      await Promise.all(running.map((clockd) => clockd.stop()));
      await Promise.all([stranger.close(), connection?.then((amqp) => amqp.close())]);
      folder.remove();
    },
  };
}

/** A log line of that event, with these fields. */
export function event(type: string, fields: Record<string, unknown> = {}) {
  return ({ entry }: Line) =>
    entry.event === type && Object.entries(fields).every(([key, value]) => entry[key] === value);
}

/** The log lines of an event so far. */
export function events(clockd: Clockd, type: string): Line["entry"][] {
  return clockd.lines.map(({ entry }) => entry).filter((entry) => entry.event === type);
}

/** The slots of a job among messages, as ms, in the order of the messages. */
export function slotsOf(fires: readonly Taken[], job: string): number[] {
  return fires
    .filter(({ headers }) => headers["x-clockd-job"] === job)
    .map(({ headers }) => Date.parse(String(headers["x-clockd-slot"])));
}
