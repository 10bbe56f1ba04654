import type { DatabaseSync } from "node:sqlite";
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
  /** Links that are dead. */
  dead: number[];
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

export function watchPresence(db: DatabaseSync): Presence {
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
      const seen: Seen = { dead: [], otherMachine: false };
      for (const row of select.all() as unknown as Row[]) {
        const before = memory.get(row.id);
        const hasBeaten = before !== undefined && before.beats !== row.beats;
        const quiet = before && !hasBeaten ? before.quiet + elapsed : 0;
        next.set(row.id, { beats: row.beats, quiet });
        if (isGone(row, own) || quiet > row.patience) seen.dead.push(row.id);
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
