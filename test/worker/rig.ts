import { isBrokerProblem } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { encodeFire } from "../../src/broker/wire.ts";
import { systemTime } from "../../src/clock/time.ts";
import type { Job, RunTask } from "../../src/config/config.ts";
import type { Fire } from "../../src/ledger/fire.ts";
import { STANDARD_PACE } from "../../src/ledger/pace.ts";
import type { FinishedRecord, RunRecord } from "../../src/ledger/run-record.ts";
import type { Event } from "../../src/observe/events.ts";
import { createWorker, type Worker, type WorkerDeps } from "../../src/worker/worker.ts";
import type { Taken } from "../support/amqp.ts";
import { aFire } from "../support/fire.ts";
import { temporaryFolder } from "../support/folder.ts";
import type { Ground } from "../support/ground.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { type Put, strangerAt, urlIn } from "../support/stranger.ts";
import { aTask } from "../support/task.ts";
import { until } from "../support/until.ts";
import { type WatchedBroker, type WatchedLink, watchedBroker } from "./watched-broker.ts";

/** A worker with real commands and a real broker whose links a test holds in its hands. */
export interface Rig {
  worker: Worker;
  /** Where its broker is. */
  place: { url: string; namespace: string };
  broker: WatchedBroker;
  /** What `run` returned. */
  ran: Promise<void>;
  stop: AbortController;
  /** The worker's own file, as it is now. */
  jobs: Map<string, Job>;
  /** Where the commands run. */
  folder: string;
  events: Event[];
  /** Events as short words: `run.started a@…#1`. */
  told(type?: Event["type"]): string[];
  /** Resolves when `count` events of `type` were told. */
  heard(type: Event["type"], count?: number): Promise<unknown>;
  /** Puts a fire, or anything else, into a work queue. */
  send(what: Fire | Put, queue?: string): Promise<void>;
  /** Resolves when the worker was delivered `count` things. */
  arrived(count: number): Promise<unknown>;
  /** Resolves when `log` has `count` lines. */
  logged(count: number): Promise<unknown>;
  /** The newest link, when `count` were opened. */
  link(count?: number): Promise<WatchedLink>;
  /** Takes what is in a work queue and held by nobody, when it is `count` messages. */
  left(count: number, queue?: string): Promise<Taken[]>;
  /** Takes the dead letters. */
  dead(): Promise<Taken[]>;
  /** The ends of attempts in the ledger, when there are `count`. */
  ledger(count: number): Promise<FinishedRecord[]>;
  /** Everything that the ledger says of runs, when `enough` says so. */
  runs(enough: (runs: readonly Said[]) => boolean): Promise<Said[]>;
  /** Another worker with the same file, folder and queues. It ends with this one. */
  beside(options?: Partial<WorkerDeps>): Rig;
  /** Ends what is left and removes the folder. */
  end(): Promise<void>;
}

/** A record of a run that names it. */
export type Said = Exclude<RunRecord, { event: "alive" }>;

/** What several workers have in common. */
interface Common {
  url: string;
  namespace: string;
  folder: ReturnType<typeof temporaryFolder>;
  stranger: ReturnType<typeof strangerAt>;
  file: Map<string, Job>;
}

const SOON_MS = 15_000;

export function rig(
  ground: Ground,
  jobs: Record<string, string>,
  options: Partial<WorkerDeps> = {},
): Rig {
  const folder = temporaryFolder("worker");
  const url = urlIn(folder.path, ground.url);
  const namespace = uniqueNamespace("worker");
  const stranger = strangerAt(url, namespace);
  const file = new Map(Object.entries(jobs).map(([name, command]) => [name, job(name, command)]));
  const others: Rig[] = [];
  const common = { url, namespace, folder, stranger, file };
  const first = rigIn(common, options, (more = {}) => {
    const other = rigIn(
      common,
      { name: `host:${8 + others.length}`, ...options, ...more },
      first.beside,
    );
    others.push(other);
    return other;
  });
  return {
    ...first,
    async end() {
      await Promise.all([first, ...others].map(({ end }) => end()));
      await stranger.close();
      folder.remove();
    },
  };
}

function rigIn(
  { url, namespace, folder, stranger, file }: Common,
  options: Partial<WorkerDeps>,
  beside: Rig["beside"],
): Rig {
  const { name = "host:7" } = options;
  const real = openBroker(url, { namespace, name, now: Date.now, emit: () => {} });
  if ("code" in real) throw new Error(real.message);
  const broker = watchedBroker(real);
  const events: Event[] = [];
  const stop = new AbortController();
  const worker = createWorker({
    broker,
    name,
    queues: ["default"],
    concurrency: 2,
    job: (name) => file.get(name),
    folder: () => folder.path,
    environment: { PATH: process.env.PATH },
    time: systemTime(),
    emit: (event) => events.push(event),
    random: () => 0,
    pace: STANDARD_PACE,
    ...options,
  });
  const told: Rig["told"] = (type) =>
    events.filter((event) => event.type === (type ?? event.type)).map(nameOf);
  const count = (n: number, things: () => readonly unknown[], what: string) =>
    until(
      () => things().length >= n,
      SOON_MS,
      () => `${n} × ${what}, got: ${things().join()}`,
    );
  return {
    worker,
    place: { url, namespace },
    broker,
    ran: worker.run(stop.signal),
    stop,
    jobs: file,
    folder: folder.path,
    events,
    told,
    heard: (type, n = 1) => count(n, () => told(type), type),
    send: (what, queue = "default") => stranger.put(queue, "job" in what ? messageOf(what) : what),
    arrived: (n) => count(n, () => broker.arrived, "delivery"),
    logged: (n) => count(n, () => broker.log, "settling"),
    link: (n = 1) => until(() => broker.links[n - 1], SOON_MS, `link ${n}`),
    async left(n, queue = "default") {
      const taken: Taken[] = [];
      const take = async () => taken.push(...(await stranger.take(queue))) >= n;
      await until(take, SOON_MS, () => `${n} messages, got ${taken.length}`);
      return taken;
    },
    dead: stranger.takeDead,
    async ledger(n) {
      const ends = (runs: readonly Said[]) => runs.filter((run) => run.event === "finished");
      return ends(await readRuns(real, (runs) => ends(runs).length >= n));
    },
    runs: (enough) => readRuns(real, enough),
    beside,
    async end() {
      worker.terminate();
      worker.terminate();
      await worker.drain({ drainMs: 0 });
    },
  };
}

async function readRuns(
  broker: Pick<WatchedBroker, "openLedger">,
  enough: (runs: readonly Said[]) => boolean,
): Promise<Said[]> {
  const link = await broker.openLedger();
  if (isBrokerProblem(link)) throw new Error(link.message);
  const runs: Said[] = [];
  await link.follow("oldest", ({ content }) => {
    if (!("kind" in content) || content.kind !== "run") return;
    if (content.event !== "alive") runs.push(content);
  });
  await until(
    () => enough(runs),
    SOON_MS,
    () => `records, got ${runs.map(({ event, fire }) => `${event} ${fire}`).join(", ")}`,
  ).finally(() => link.close(SOON_MS));
  return runs;
}

/** Makes a worker, waits until it takes, and ends it after `use`. */
export async function used(
  ground: Ground,
  jobs: Record<string, string>,
  use: (rig: Rig) => Promise<void>,
  options: Partial<WorkerDeps> = {},
): Promise<void> {
  const made = rig(ground, jobs, options);
  try {
    await made.heard("worker.taking");
    await use(made);
  } finally {
    await made.end();
  }
}

/** A fire of the first minutes of 2026; its number is its minute. */
export function fireOf(name: string, number = 0, attempt = 1): Fire {
  return aFire({ job: name, slot: Date.UTC(2026, 0, 1, 0, number), attempt });
}

function messageOf(fire: Fire): Put {
  const { body, properties } = encodeFire(fire, Date.now());
  return { body, headers: properties.headers };
}

/** A job that runs `command` in a shell. */
export function job(
  name: string,
  command: string,
  timeout?: number,
  fields: Partial<RunTask> = {},
): Job {
  return {
    name,
    schedule: { next: () => undefined },
    spec: { timezone: "UTC" },
    scheduleKey: "",
    timezone: "UTC",
    paused: false,
    catchUp: { run: "none", within: 0, max: 1 },
    task: aTask({
      command,
      killAfter: 5000,
      ...(timeout === undefined ? {} : { timeout }),
      ...fields,
    }),
  };
}

function nameOf(event: Event): string {
  return "fire" in event && "attempt" in event
    ? `${event.type} ${event.fire}#${event.attempt}`
    : event.type;
}
