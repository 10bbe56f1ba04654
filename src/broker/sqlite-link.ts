import type { DatabaseSync } from "node:sqlite";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { pollUntil } from "./deadline.ts";
import { type OpenFile, openFile } from "./sqlite-file.ts";
import { keepPresent } from "./sqlite-keep.ts";
import { enter, leave } from "./sqlite-presence.ts";
import { isLocked, problem, problemOf } from "./sqlite-problem.ts";
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
  /**
   * `work`, for a timer or an event: an error of the file is the end of the link. A file that is locked
   * in this moment is tried again.
   */
  guard(work: () => void): () => void;
  /** The answer of `work`; why the link has ended, if it has, or does so for an error of the file. */
  attempt<T>(work: () => T): T | BrokerProblem;
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
/** How soon something is read again that was locked. ms. */
const AGAIN_MS = 100;

/** Opens the file, enters a link and makes of it what `build` does, before anything can happen to it. */
export async function openLink<T>(
  role: Role,
  options: StoreOptions,
  build: (link: Link) => T,
): Promise<T | BrokerProblem> {
  const file = await openFile(options.path, role !== "ledger");
  if (isBrokerProblem(file)) return file;
  let link: Link | undefined;
  try {
    link = createLink(file, options);
    const failure = await enterAs(role, link, options);
    if (!failure) {
      keepPresent(link, file, PATIENCE[role]);
      return build(link);
    }
    await link.close(0);
    return failure;
  } catch (error) {
    const why = problemOf(error, options.path);
    if (link) await link.close(0);
    else file.db.close();
    return why;
  }
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

function createLink({ db, path, real }: OpenFile, { told }: StoreOptions): Link {
  const lost = Promise.withResolvers<BrokerProblem>();
  const listeners: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const onCommit = (isLight: boolean) => {
    if (!isLight) bell.ring();
    for (const listener of waiting.splice(0)) listener();
    changed();
  };
  // After the end every statement fails, and that means nothing.
  const fail = (error: unknown) => over ?? lose(problemOf(error, path));
  let over: BrokerProblem | undefined;
  const isPresent = db.prepare("SELECT 1 FROM links WHERE id = ?");
  const isOurs = () => link.id === 0 || isPresent.get(link.id) !== undefined;
  const writer = createWriter({ db, path, isOurs, lose, told, onCommit });
  const bell = watchDatabase(real, db, changed);

  function guard(work: () => void): () => void {
    let waits: NodeJS.Timeout | undefined;
    const run = () => {
      try {
        if (!over && !waits) work();
      } catch (error) {
        if (!isLocked(error)) return fail(error);
        waits = setTimeout(() => {
          waits = undefined;
          run();
        }, AGAIN_MS);
      }
    };
    return run;
  }

  function attempt<T>(work: () => T): T | BrokerProblem {
    if (over) return over;
    try {
      return work();
    } catch (error) {
      fail(error);
      return problemOf(error, path);
    }
  }

  function lose(why: BrokerProblem): void {
    if (over) return;
    end(why);
    lost.resolve(why);
  }

  function end(why: BrokerProblem): void {
    over = why;
    bell.end();
    writer.end(why);
    leave(db, link.id, bell.ring);
    for (const listener of waiting.splice(0)) listener();
  }

  const link: Link = {
    ...{ db, ns: 0, id: 0, lost: lost.promise, lose, guard, attempt, fail, write: writer.write },
    get open() {
      return writer.open;
    },
    onceWritten: (listener) => void waiting.push(listener),
    onChange: (listener) => void listeners.push(guard(listener)),
    get isLost() {
      return over !== undefined;
    },
    async close(deadlineMs) {
      await pollUntil(() => writer.open === 0 || over !== undefined, deadlineMs);
      if (!over) end(problem("BROKER_CLOSED", "the link is closed"));
    },
  };
  return link;
}
