import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Player, startPlayer } from "../broker/sqlite-rig.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { judgeKill, type KillEvidence } from "./judge.ts";
import { type KillPlan, VICTIMS } from "./plan.ts";

/** A file that goes through rounds of kills, and what was said about it so far. */
export interface KillField {
  /** Where it is, for whoever wants to look into a failed round. */
  folder: string;
  play(plan: KillPlan): Promise<KillRound>;
  /** Lets a worker finish all there is; everything has to be finished then. */
  drain(): Promise<string[]>;
  remove(): void;
}

export interface KillRound {
  /** This round's own. */
  confirmed: number;
  finished: number;
  redelivered: number;
  problems: string[];
}

/** Numbers of fires that one round may use. */
const FIRES = 1_000_000;
const READY_MS = 30_000;
const ENDS_MS = 20_000;

export function createKillField(): KillField {
  const home = temporaryFolder("kills");
  const path = join(home.path, "clockd.db");
  const confirmed = new Set<string>();
  const finished = new Set<string>();
  const delivered = new Set<string>();
  let round = 0;

  /** Takes in what a process has said. */
  function hear({ said }: Player): { redelivered: number; unmarked: string[] } {
    const unmarked: string[] = [];
    let redelivered = 0;
    for (const one of said) {
      if ("fired" in one && one.kind === "confirmed") confirmed.add(one.fired);
      if ("finished" in one && one.accepted) finished.add(one.finished);
      if (!("took" in one)) continue;
      if (one.redelivered) redelivered++;
      else if (delivered.has(one.took)) unmarked.push(one.took);
      delivered.add(one.took);
    }
    return { redelivered, unmarked };
  }

  const judge = (unmarked: readonly string[]) =>
    judgeKill({ ...readFile(path), confirmed, finished, unmarked });

  return {
    folder: home.path,
    async play(plan) {
      const before = { confirmed: confirmed.size, finished: finished.size };
      const players = start(path, plan, FIRES * round++);
      try {
        await strike(plan, players);
      } finally {
        await end(players);
      }
      const { redelivered, unmarked } = hear(players.worker);
      hear(players.writer);
      return {
        confirmed: confirmed.size - before.confirmed,
        finished: finished.size - before.finished,
        redelivered,
        problems: judge(unmarked),
      };
    },
    async drain() {
      const worker = startPlayer(["worker", path], []);
      const isEmpty = () => readCount(path, "work") === 0;
      await until(isEmpty, READY_MS, "an empty work queue").finally(() => worker.signal("SIGTERM"));
      await worker.exited;
      const problems = judge(hear(worker).unmarked);
      const left = [...confirmed].filter((id) => !finished.has(id)).length;
      return left > 0 ? [...problems, `${left} were never finished`] : problems;
    },
    remove: home.remove,
  };
}

type Players = { writer: Player; worker: Player; checkpointer?: Player };

function start(path: string, { open, hold, victim }: KillPlan, from: number): Players {
  const fires = ["--every", "0", "--open", String(open), "--from", String(from)];
  const players: Players = {
    writer: startPlayer(["clock", path, ...fires], []),
    worker: startPlayer(["worker", path, "--hold", String(hold)], []),
  };
  if (victim === "checkpointer" || victim === "all") players.checkpointer = startCheckpointer(path);
  return players;
}

function startCheckpointer(path: string): Player {
  const program = join(import.meta.dirname, "checkpointer.ts");
  const child = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const exited = once(child, "close").finally(() => process.off("exit", kill));
  const said: Player["said"] = [];
  child.stdout.once("data", () => said.push({ elected: true }));
  const says: Player["says"] = () => Promise.reject(new Error("it says nothing"));
  return { pid: child.pid!, said, says, exited, signal: (name) => void child.kill(name) };
}

/** Kills whom the plan says, at the moment that it says. */
async function strike({ victim, from, after }: KillPlan, players: Players): Promise<void> {
  const { writer, worker, checkpointer } = players;
  const works = () =>
    writer.said.some((said) => "fired" in said) &&
    worker.said.some((said) => "took" in said) &&
    (!checkpointer || checkpointer.said.length > 0);
  if (from === "work") await until(works, READY_MS, "writer and worker to work");
  await new Promise((resolve) => setTimeout(resolve, after));
  for (const name of VICTIMS) {
    if (name === "all" || (victim !== name && victim !== "all")) continue;
    players[name]?.signal("SIGKILL");
  }
}

/** Ends who is left. */
async function end({ writer, worker, checkpointer }: Players): Promise<void> {
  checkpointer?.signal("SIGKILL");
  for (const player of [writer, worker]) player.signal("SIGTERM");
  const ended = Promise.all(
    [writer, worker, ...(checkpointer ? [checkpointer] : [])].map(({ exited }) => exited),
  );
  const timer = setTimeout(() => {
    for (const { signal } of [writer, worker]) signal("SIGKILL");
  }, ENDS_MS);
  await ended;
  clearTimeout(timer);
}

type OfFile = Omit<KillEvidence, "confirmed" | "finished" | "unmarked">;

/** As whoever comes next finds it: recovery after the kill is SQLite's, in this opening. */
function readFile(path: string): OfFile {
  const db = new DatabaseSync(path, { timeout: 5000 });
  try {
    const all = (sql: string) => db.prepare(sql).all() as Record<string, unknown>[];
    const count = (sql: string) => Number(all(sql)[0]?.n ?? 0);
    if (count("SELECT count(*) AS n FROM sqlite_schema") === 0) return NOTHING;
    return {
      integrity: all("PRAGMA integrity_check").map((row) => String(row.integrity_check)),
      ledger: all("SELECT position, body FROM ledger ORDER BY position").map(
        ({ position, body }) => ({ position: Number(position), id: idOf(body) }),
      ),
      next: count("SELECT next AS n FROM namespaces"),
      work: all("SELECT body FROM work ORDER BY id").map(({ body }) => idOf(body)),
      dead: count("SELECT count(*) AS n FROM dead"),
    };
  } finally {
    db.close();
  }
}

/** They were killed before there were tables. */
const NOTHING: OfFile = { integrity: ["ok"], ledger: [], next: 0, work: [], dead: 0 };

function readCount(path: string, table: string): number {
  const db = new DatabaseSync(path, { timeout: 5000 });
  const { n } = db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
  db.close();
  return n;
}

function idOf(body: unknown): string {
  const { job, slot } = JSON.parse(String(Buffer.from(body as Uint8Array)));
  return `${job}@${slot}`;
}
