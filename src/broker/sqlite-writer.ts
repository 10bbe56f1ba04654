import type { DatabaseSync } from "node:sqlite";
import type { BrokerProblem } from "./broker.ts";
import { isFull, isLocked, problem, problemOf } from "./sqlite-problem.ts";

export interface WriterDeps {
  db: DatabaseSync;
  path: string;
  /** Asked inside every transaction: a link that others have given up writes nothing more. */
  isOurs(): boolean;
  lose(problem: BrokerProblem): void;
  /** Called after every commit. `light`: nobody waits for what was written. */
  onCommit(light: boolean): void;
  /** The disk is full, or somebody keeps the file locked; undefined: no longer. */
  told(reason: string | undefined): void;
}

export interface Writer {
  /**
   * Does `work` in a transaction, together with whatever else is written in the same turn, in the
   * order of the calls. Resolves when it is on the disk, or with the problem for which the link was
   * lost. `light`: a power cut may undo it.
   */
  write<T>(work: () => T, options?: { light: boolean }): Promise<{ value: T } | BrokerProblem>;
  /** How many have no answer. */
  readonly open: number;
  /** Nothing is written from now on: every answer is the problem. */
  end(problem: BrokerProblem): void;
}

interface Item {
  work(): unknown;
  answer(outcome: { value: unknown } | BrokerProblem): void;
  light: boolean;
}

/** In one transaction: enough to share one wait for the disk, few enough to let others write too. */
const BATCH = 500;
/** How long a locked file or a full disk is waited for before the link is given up. ms. */
const GIVE_UP_MS = 10_000;
/** A writer that takes so long is worth a word. ms. */
const TELL_AFTER_MS = 2000;
const LONGEST_WAIT_MS = 200;

export function createWriter(deps: WriterDeps): Writer {
  const { db, path, isOurs, lose, onCommit, told } = deps;
  const [begin, commit, rollback] = ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"].map((sql) =>
    db.prepare(sql),
  );
  let queue: Item[] = [];
  let planned = false;
  let over: BrokerProblem | undefined;
  let isLight = false;
  /** Since when nothing could be written. */
  let stuckAt: number | undefined;
  let isTold = false;

  function plan(waitMs: number): void {
    if (planned || over) return;
    planned = true;
    if (waitMs > 0) setTimeout(flush, waitMs);
    else setImmediate(flush);
  }

  function flush(): void {
    planned = false;
    if (over || queue.length === 0) return;
    const batch = queue.slice(0, BATCH);
    const values = attempt(batch);
    if (!values) return;
    queue = queue.slice(batch.length);
    if (queue.length > 0) plan(0);
    freed();
    for (const [index, { answer }] of batch.entries()) answer({ value: values[index] });
    onCommit(isLight);
  }

  /** Undefined: nothing of it was written; it is tried again, or the link is lost. */
  function attempt(batch: readonly Item[]): unknown[] | undefined {
    let isOpen = false;
    try {
      setLight(batch.every(({ light }) => light));
      begin!.run();
      isOpen = true;
      if (!isOurs()) {
        rollback!.run();
        const reason = `another process has given this one up, because nothing was heard of it`;
        lose(problem("BROKER_GIVEN_UP", `${path}: ${reason}`));
        return undefined;
      }
      const values = batch.map(({ work }) => work());
      commit!.run();
      return values;
    } catch (error) {
      if (isOpen) undo();
      failed(error);
      return undefined;
    }
  }

  function setLight(light: boolean): void {
    if (light === isLight) return;
    db.exec(`PRAGMA synchronous = ${light ? "NORMAL" : "FULL"}`);
    isLight = light;
  }

  /** After some errors SQLite has done so by itself. */
  function undo(): void {
    try {
      rollback!.run();
    } catch {
      // There is nothing to undo.
    }
  }

  function failed(error: unknown): void {
    const why = problemOf(error, path);
    stuckAt ??= performance.now();
    const stuck = performance.now() - stuckAt;
    if (!(isLocked(error) || isFull(error)) || stuck > GIVE_UP_MS) {
      lose(why);
      return;
    }
    if (!isTold && (isFull(error) || stuck > TELL_AFTER_MS)) {
      isTold = true;
      told(why.message);
    }
    plan(Math.min(LONGEST_WAIT_MS, 1 + stuck / 10));
  }

  function freed(): void {
    stuckAt = undefined;
    if (isTold) told(undefined);
    isTold = false;
  }

  return {
    write: <T>(work: () => T, { light } = { light: false }) =>
      new Promise<{ value: T } | BrokerProblem>((resolve) => {
        if (over) return resolve(over);
        queue.push({ work, light, answer: (outcome) => resolve(outcome as { value: T }) });
        plan(0);
      }),
    get open() {
      return queue.length;
    },
    end(why) {
      over ??= why;
      for (const { answer } of queue.splice(0)) answer(why);
    },
  };
}
