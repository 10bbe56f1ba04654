import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import * as assert from "uvu/assert";
import type { Broker, ClockLink, Delivery, WorkerLink } from "../../src/broker/broker.ts";
import { createSqlite } from "../../src/broker/sqlite.ts";
import type { Event } from "../../src/observe/events.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { usable } from "./conformance.ts";
import type { Said } from "./sqlite-player.ts";

export const SOON_MS = 10_000;

/** A file of the embedded broker in a folder of its own, and those who use it. */
export interface SqliteRig {
  folder: string;
  path: string;
  /** What its brokers have told so far. */
  events: Event[];
  broker(path?: string, now?: () => number): Broker;
  clock(): Promise<ClockLink>;
  worker(): Promise<{ link: WorkerLink; deliveries: Delivery[] }>;
  /** In a process of its own. `before`: a command in front of it. */
  player(args: readonly string[], before?: readonly string[]): Player;
  /** As another program that has the file. */
  asOther<T>(work: (db: DatabaseSync) => T): T;
  close(): Promise<void>;
}

export interface Player {
  pid: number;
  said: Said[];
  /** Waits for something that fits, from place `from` on. */
  says(fits: (said: Said) => boolean, what: string, from?: number): Promise<Said>;
  signal(name: NodeJS.Signals): void;
  exited: Promise<unknown>;
}

export function createSqliteRig(): SqliteRig {
  const home = temporaryFolder("sqlite");
  const path = join(home.path, "clockd.db");
  const events: Event[] = [];
  const closing: (() => Promise<void>)[] = [];
  const broker = (at = path, now = Date.now) =>
    createSqlite(
      { scheme: "sqlite", path: at },
      { namespace: "test", now, emit: (event) => void events.push(event) },
    );
  return {
    folder: home.path,
    path,
    events,
    broker,
    async clock() {
      const link = usable(await broker().openClock([]));
      closing.unshift(() => link.close(1000));
      return link;
    },
    async worker() {
      const deliveries: Delivery[] = [];
      const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
      const wanted = { queues: ["default"], prefetch: 100, onDelivery };
      const link = usable(await broker().openWorker(wanted));
      closing.unshift(() => link.close(1000));
      return { link, deliveries };
    },
    player(args, before = []) {
      const player = startPlayer(args, before);
      closing.unshift(async () => {
        player.signal("SIGKILL");
        await player.exited;
      });
      return player;
    },
    asOther(work) {
      const db = new DatabaseSync(path, { timeout: 5000 });
      try {
        return work(db);
      } finally {
        db.close();
      }
    },
    async close() {
      for (const closeOne of closing) await closeOne();
      home.remove();
    },
  };
}

/** Starts a player that nobody ends but who started it, and the end of this process. */
export function startPlayer(args: readonly string[], before: readonly string[]): Player {
  const program = [...before, process.execPath, join(import.meta.dirname, "sqlite-player.ts")];
  const [command = "", ...first] = program;
  const child: ChildProcess = spawn(command, [...first, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const exited = once(child, "close").finally(() => process.off("exit", kill));
  const said: Said[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => said.push(JSON.parse(line)));
  return {
    pid: child.pid!,
    said,
    says: (fits, what, from = 0) =>
      until(
        () => said.slice(from).find(fits),
        SOON_MS * 2,
        () => `${what}; it said ${JSON.stringify(said.slice(-5))}`,
      ),
    signal: (name) => void child.kill(name),
    exited,
  };
}

/** A thing that a player says, by its fields. */
export function saying(fields: Record<string, unknown>): (said: Said) => boolean {
  return (said) => Object.entries(fields).every(([key, value]) => Object(said)[key] === value);
}

/** Asserts that everything that the clock was told to be confirmed is in the ledger and in its work queue. */
export function assertAllThere(path: string, clock: Player): void {
  withFile(path, (db) => {
    assert.equal(integrity(db), ["ok"]);
    for (const table of ["ledger", "work"]) {
      const bodies = db
        .prepare(`SELECT body FROM ${table}`)
        .all()
        .map(({ body }) => `${Buffer.from(body as Uint8Array)}`);
      const there = new Set(
        bodies.map((body) => JSON.parse(body)).map(({ job, slot }) => `${job}@${slot}`),
      );
      const missing = clock.said.flatMap((said) =>
        "fired" in said && said.kind === "confirmed" && !there.has(said.fired) ? [said.fired] : [],
      );
      assert.equal(missing, [], table);
    }
  });
}

export function integrity(db: DatabaseSync): unknown[] {
  return db
    .prepare("PRAGMA integrity_check")
    .all()
    .map((row) => row.integrity_check);
}

export function withFile(path: string, work: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(path, { timeout: 5000 });
  work(db);
  db.close();
}
