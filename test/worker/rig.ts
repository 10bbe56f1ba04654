import { systemTime } from "../../src/clock/time.ts";
import type { Job } from "../../src/config/config.ts";
import type { Event } from "../../src/observe/events.ts";
import { createWorker, type Worker, type WorkerDeps } from "../../src/worker/worker.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { type MemoryBroker, type MemoryLink, memoryBroker } from "./memory-broker.ts";

/** A worker with real commands and a broker whose links a test holds in its hands. */
export interface Rig {
  worker: Worker;
  broker: MemoryBroker;
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
  /** The newest link, when `count` were opened. */
  link(count?: number): Promise<MemoryLink>;
  /** Ends what is left and removes the folder. */
  end(): Promise<void>;
}

export function rig(jobs: Record<string, string>, options: Partial<WorkerDeps> = {}): Rig {
  const folder = temporaryFolder("worker");
  const broker = memoryBroker();
  const events: Event[] = [];
  const file = new Map(Object.entries(jobs).map(([name, command]) => [name, job(name, command)]));
  const stop = new AbortController();
  const worker = createWorker({
    broker,
    name: "host:7",
    queues: ["default"],
    concurrency: 2,
    job: (name) => file.get(name),
    folder: () => folder.path,
    environment: { PATH: process.env.PATH },
    time: systemTime(),
    emit: (event) => events.push(event),
    random: () => 0,
    ...options,
  });
  const told: Rig["told"] = (type) =>
    events.filter((event) => event.type === (type ?? event.type)).map(nameOf);
  return {
    worker,
    broker,
    ran: worker.run(stop.signal),
    stop,
    jobs: file,
    folder: folder.path,
    events,
    told,
    heard: (type, count = 1) => until(() => told(type).length >= count, 5000, `${count} × ${type}`),
    link: (count = 1) => until(() => broker.links[count - 1], 5000, `link ${count}`),
    async end() {
      worker.terminate();
      worker.terminate();
      await worker.drain({ drainMs: 0 });
      folder.remove();
    },
  };
}

/** A job that runs `command` in a shell. */
export function job(name: string, command: string, timeout?: number): Job {
  return {
    name,
    schedule: { next: () => undefined },
    spec: { timezone: "UTC" },
    scheduleKey: "",
    timezone: "UTC",
    paused: false,
    catchUp: { run: "none", within: 0, max: 1 },
    task: {
      kind: "run",
      command,
      queue: "default",
      env: {},
      killAfter: 5000,
      ...(timeout === undefined ? {} : { timeout }),
    },
  };
}

function nameOf(event: Event): string {
  return "fire" in event && "attempt" in event
    ? `${event.type} ${event.fire}#${event.attempt}`
    : event.type;
}
