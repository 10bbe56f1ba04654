import type { DatabaseSync } from "node:sqlite";
import { isFull, isLocked } from "./sqlite-problem.ts";
import { isGone, ownMark, type ProcessMark } from "./sqlite-process.ts";

/**
 * Who uses the file. Each link has a row and adds to its `beats` now and then. A process that ended is
 * noticed by its number; one that is frozen, or in another container, by beats that stay the same. No
 * two clocks are compared: everybody counts with his own.
 */
export interface Presence {
  /**
   * Looks at all others. Call it about every `LOOK_MS`. `canWrite`: this link could write just now;
   * when it could not, others could not either, and their silence means nothing.
   */
  look(canWrite: boolean): Seen;
}

export interface Seen {
  /** Others that are dead, with the beats they had: a beat in the meantime is a sign of life. */
  dead: { id: number; beats: number }[];
  /** Others have found this link dead. */
  givenUp: boolean;
  /** A process of another machine uses the file at the same time. */
  otherMachine: boolean;
}

export const LOOK_MS = 250;

interface Row extends ProcessMark {
  id: number;
  patience: number;
  beats: number;
}

interface Memory {
  beats: number;
  /** For how long this process has seen no beat. ms. */
  quiet: number;
}

/** For the link with number `self`. */
export function watchPresence(db: DatabaseSync, self: number): Presence {
  const own = ownMark();
  const select = db.prepare("SELECT id, boot, space, pid, started, patience, beats FROM links");
  let memory = new Map<number, Memory>();
  let lookedAt = performance.now();
  return {
    look(canWrite) {
      const now = performance.now();
      // This process may have been frozen itself: then it has not been looking.
      const elapsed = canWrite ? Math.min(now - lookedAt, 2 * LOOK_MS) : 0;
      lookedAt = now;
      const next = new Map<number, Memory>();
      const seen: Seen = { dead: [], givenUp: true, otherMachine: false };
      for (const row of select.all() as unknown as Row[]) {
        if (row.id === self) {
          seen.givenUp = false;
          continue;
        }
        const before = memory.get(row.id);
        const hasBeaten = before !== undefined && before.beats !== row.beats;
        const quiet = before && !hasBeaten ? before.quiet + elapsed : 0;
        next.set(row.id, { beats: row.beats, quiet });
        const { id, beats } = row;
        if (isGone(row, own) || quiet > row.patience) seen.dead.push({ id, beats });
        else if (hasBeaten && row.boot !== own.boot) seen.otherMachine = true;
      }
      memory = next;
      return seen;
    },
  };
}

/** Enters a link. Gives its number, which is never used again. */
export function enter(db: DatabaseSync, ns: number, role: string, patience: number): number {
  const { boot, space, pid, started } = ownMark();
  const sql =
    "INSERT INTO links (ns, role, boot, space, pid, started, patience) VALUES (?, ?, ?, ?, ?, ?, ?)";
  return Number(db.prepare(sql).run(ns, role, boot, space, pid, started, patience).lastInsertRowid);
}

/** How soon a good-bye is said again, and how often: an hour. ms. */
const AGAIN_MS = 500;
const TRIES = 7200;

/**
 * Says good-bye, calls `said`, and closes. Where the file takes nothing in this moment, it is said as
 * soon as it can be: others wait for the links of a process that lives.
 */
export function leave(db: DatabaseSync, id: number, said: () => void, tries = TRIES): void {
  try {
    if (id > 0) db.prepare("DELETE FROM links WHERE id = ?").run(id);
    said();
  } catch (error) {
    if ((isLocked(error) || isFull(error)) && tries > 0) {
      setTimeout(() => leave(db, id, said, tries - 1), AGAIN_MS).unref();
      return;
    }
    // The file is damaged, or gone.
  }
  db.close();
}
