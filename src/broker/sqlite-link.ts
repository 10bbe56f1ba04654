import type { DatabaseSync } from "node:sqlite";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { pollUntil } from "./deadline.ts";
import { type OpenFile, openFile } from "./sqlite-file.ts";
import { enter, LOOK_MS, type Seen, watchPresence } from "./sqlite-presence.ts";
import { problem, problemOf } from "./sqlite-problem.ts";
import { watchDatabase } from "./sqlite-watch.ts";
import { createWriter, type Writer } from "./sqlite-writer.ts";

export type Role = "clock" | "worker" | "ledger";

/** What every link of one broker has in common. */
export interface StoreOptions {
  path: string;
  namespace: string;
  /** Stamps records, ms UTC. */
  now: () => number;
  /** The file takes nothing for this reason; undefined: it does again. */
  told(reason: string | undefined): void;
}

/** A process's connection to the file. Once lost it stays lost. */
export interface Link {
  db: DatabaseSync;
  /** The namespace's number. */
  ns: number;
  /** This link's; 0 for a reader, which nobody watches over. */
  id: number;
  write: Writer["write"];
  /** How many writes have no answer. */
  readonly open: number;
  /** `work`, for a timer or an event: an error of the file is the end of the link. */
  guard(work: () => void): () => void;
  /** Calls `listener` when somebody, this link or another, has written. */
  onChange(listener: () => void): void;
  /** Calls `listener` once, when the next writes of this link have their answers or it has ended. */
  onceWritten(listener: () => void): void;
  /** Ends the link for an exception, if that is one of the file; anything else is a bug. */
  fail(error: unknown): void;
  lost: Promise<BrokerProblem>;
  readonly isLost: boolean;
  lose(problem: BrokerProblem): void;
  /** Waits for open writes, at most `deadlineMs`, and goes. */
  close(deadlineMs: number): Promise<void>;
}

/** Dead when nothing is heard of it for so long. A clock that is frozen has to be followed soon. ms. */
const PATIENCE = { clock: 5000, worker: 30_000, ledger: 0 };
const BEATS_IN_PATIENCE = 3;

export async function openLink(role: Role, options: StoreOptions): Promise<Link | BrokerProblem> {
  const file = await openFile(options.path, role !== "ledger");
  if (isBrokerProblem(file)) return file;
  const link = createLink(file, options);
  const failure = await enterAs(role, link, options);
  if (failure) {
    await link.close(0);
    return failure;
  }
  if (link.id > 0) keepPresent(link, file, PATIENCE[role] / BEATS_IN_PATIENCE);
  return link;
}

async function enterAs(
  role: Role,
  link: Link,
  { path, namespace }: StoreOptions,
): Promise<BrokerProblem | undefined> {
  const { db } = link;
  const find = () => db.prepare("SELECT id FROM namespaces WHERE name = ?").get(namespace)?.id;
  if (role === "ledger") {
    link.ns = Number(find() ?? 0);
    if (link.ns > 0) return undefined;
    const reason = `${path} has no ledger for the namespace "${namespace}"`;
    return problem("BROKER_NO_LEDGER", `${reason}: no clock has run with it here`);
  }
  const entered = await link.write(() => {
    db.prepare("INSERT OR IGNORE INTO namespaces (name) VALUES (?)").run(namespace);
    const ns = Number(find());
    return { ns, id: enter(db, ns, role, PATIENCE[role]) };
  });
  if (isBrokerProblem(entered)) return entered;
  Object.assign(link, entered.value);
  return undefined;
}

function createLink({ db, path }: OpenFile, { told }: StoreOptions): Link {
  const lost = Promise.withResolvers<BrokerProblem>();
  const listeners: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const written = () => {
    for (const listener of waiting.splice(0)) listener();
    changed();
  };
  const fail = (error: unknown) => lose(problemOf(error, path));
  let isLost = false;
  const isPresent = db.prepare("SELECT 1 FROM links WHERE id = ?");
  const isOurs = () => link.id === 0 || isPresent.get(link.id) !== undefined;
  const writer = createWriter({ db, path, isOurs, lose, told, onCommit: written });
  const stopWatching = watchDatabase(path, db, changed);

  function guard(work: () => void): () => void {
    return () => {
      try {
        if (!isLost) work();
      } catch (error) {
        fail(error);
      }
    };
  }

  function lose(why: BrokerProblem): void {
    if (isLost) return;
    end(why);
    lost.resolve(why);
  }

  function end(why: BrokerProblem): void {
    isLost = true;
    stopWatching();
    writer.end(why);
    leave(db, link.id);
    for (const listener of waiting.splice(0)) listener();
  }

  const link: Link = {
    ...{ db, ns: 0, id: 0, lost: lost.promise, lose, guard, fail, write: writer.write },
    get open() {
      return writer.open;
    },
    onceWritten: (listener) => void waiting.push(listener),
    onChange: (listener) => void listeners.push(guard(listener)),
    get isLost() {
      return isLost;
    },
    async close(deadlineMs) {
      await pollUntil(() => writer.open === 0 || isLost, deadlineMs);
      if (!isLost) end(problem("BROKER_CLOSED", "the link is closed"));
    },
  };
  return link;
}

/** Whoever cannot say good-bye is found dead by the others. */
function leave(db: DatabaseSync, id: number): void {
  try {
    if (id > 0) db.prepare("DELETE FROM links WHERE id = ?").run(id);
  } catch {
    // The file is locked, full, or gone.
  }
  db.close();
}

/** Shows that this link is alive, and sees to those that are not. */
function keepPresent(link: Link, file: OpenFile, beatMs: number): void {
  const { db, id } = link;
  const presence = watchPresence(db);
  const beat = db.prepare("UPDATE links SET beats = beats + 1 WHERE id = ?");
  let beatenAt = performance.now();
  let isBeating = false;
  const reap = link.guard(() => reapDead(link, presence.look(!isBeating), file.path));
  const look = () => {
    if (link.isLost) return clearInterval(timer);
    if (!file.isThere()) {
      const reason = "it was deleted or replaced: what is in it is lost to clockd";
      return link.lose(problem("BROKER_FILE_GONE", `${file.path}: ${reason}`));
    }
    reap();
    if (isBeating || performance.now() - beatenAt < beatMs) return;
    beatenAt = performance.now();
    isBeating = true;
    void link
      .write(() => beat.run(id), { light: true })
      .then(() => {
        isBeating = false;
      });
  };
  const timer = setInterval(look, LOOK_MS);
}

function reapDead(link: Link, { dead, otherMachine }: Seen, path: string): void {
  if (otherMachine) {
    const reason = "a process of another machine uses it too, and two machines harm each other";
    link.lose(problem("BROKER_TWO_MACHINES", `${path}: ${reason}: use RabbitMQ`));
    return;
  }
  if (dead.length === 0) return;
  const remove = link.db.prepare("DELETE FROM links WHERE id = ?");
  void link.write(() => {
    for (const id of dead) remove.run(id);
  });
}
