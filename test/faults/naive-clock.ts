/**
 * A clock as one writes it in an afternoon: it has a leader, and publishes what is due, but it keeps
 * no record of what it did. The suite has to catch it. Run as `naive-clock.ts --config FILE --broker
 * URL`, with the same log events as the real one.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { naiveRabbitmq } from "./naive-rabbitmq.ts";
import { naiveSqlite } from "./naive-sqlite.ts";

/** A session with a broker. Resolves, or rejects, when it is lost. */
export type NaiveBroker = (url: string, session: NaiveSession) => Promise<void>;

export interface NaiveSession {
  namespace: string;
  log: NaiveLog;
  /** This clock leads now. Returns what ends that. */
  lead(publish: (fire: NaiveFire) => void): () => void;
}

export interface NaiveFire {
  job: string;
  slot: string;
  queue: string;
  /** It is for another service. */
  isForeign: boolean;
}

export type NaiveLog = (event: string, fields?: object) => void;

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "" },
    broker: { type: "string", default: "" },
  },
});
const text = readFileSync(values.config, "utf8");
const namespace = /^namespace: (\S+)/m.exec(text)![1]!;
const jobs = [...text.matchAll(/^ {2}([\w-]+): \{(.*)\}$/gm)].map(([, name = "", rest = ""]) => {
  const every = 1000 * Number(/every: (\d)s/.exec(rest)?.[1] ?? "1");
  return { name, every, queue: /queue: (\w+)/.exec(rest)?.[1] ?? "default" };
});
const log: NaiveLog = (event, fields) =>
  console.log(JSON.stringify({ time: new Date().toISOString(), event, ...fields }));
const session: NaiveSession = {
  namespace,
  log,
  lead(publish) {
    log("clock.leading");
    let last = Math.floor(Date.now() / 1000) * 1000;
    const timer = setInterval(() => {
      for (; last + 1000 <= Date.now(); last += 1000) fireAll(last + 1000, publish);
    }, 20);
    return () => clearInterval(timer);
  },
};
process.on("SIGTERM", () => process.exit(0));
const broker: NaiveBroker = values.broker.startsWith("sqlite:") ? naiveSqlite : naiveRabbitmq;
for (;;) {
  await broker(values.broker, session).catch(() => {});
  await sleep(300);
}

function fireAll(instant: number, publish: (fire: NaiveFire) => void): void {
  const slot = new Date(instant).toISOString().replace(".000Z", "Z");
  for (const { name: job, every, queue } of jobs) {
    if (instant % every === 0) publish({ job, slot, queue, isForeign: job === "foreign" });
  }
}
