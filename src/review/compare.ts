import type { Instant, Schedule } from "../schedule/schedule.ts";
import { countBetween } from "../schedule/window.ts";
import type { Window } from "./window.ts";

/** What becomes of a job's slots in a window. `gained` and `lost` are differences of sets. */
export interface SlotChanges {
  before: number;
  after: number;
  gained: number;
  lost: number;
  /** Pairs of a lost slot and a gained one that can be read as one that has moved. */
  moved: number;
  /** ms by which they move: the least and the most, negative when earlier. Undefined when none moves. */
  movedBy?: { least: number; most: number };
  /** The first slot that only one of them has. */
  first?: { slot: Instant; kind: "gained" | "lost" };
}

/** Compares the slots of two schedules; undefined: one without slots. Keeps none of them. */
export function compareSlots(
  before: Schedule | undefined,
  after: Schedule | undefined,
  window: Window,
): SlotChanges {
  if (before && after) return walk(before, after, window);
  const only = before ?? after;
  const count = only ? countBetween(only, window.from - 1, window.to - 1) : 0;
  const [old, now] = before ? [count, 0] : [0, count];
  const changes = { before: old, after: now, gained: now, lost: old, moved: 0 };
  if (count === 0) return changes;
  const slot = only!.next(window.from - 1)!;
  return { ...changes, first: { slot, kind: before ? "lost" : "gained" } };
}

function walk(before: Schedule, after: Schedule, { from, to }: Window): SlotChanges {
  const changes: SlotChanges = { before: 0, after: 0, gained: 0, lost: 0, moved: 0 };
  const moves = moveFinder(changes);
  const next = (schedule: Schedule, after: Instant) => {
    const slot = schedule.next(after);
    return slot === undefined || slot >= to ? Infinity : slot;
  };
  let [old, now] = [next(before, from - 1), next(after, from - 1)];
  while (old < Infinity || now < Infinity) {
    if (old === now) {
      changes.before += 1;
      changes.after += 1;
      moves.end();
      const slot = old;
      old = next(before, slot);
      now = next(after, slot);
      continue;
    }
    const kind = old < now ? "lost" : "gained";
    const slot = Math.min(old, now);
    changes[kind] += 1;
    changes[kind === "lost" ? "before" : "after"] += 1;
    changes.first ??= { slot, kind };
    moves.take(slot, kind);
    if (kind === "lost") old = next(before, slot);
    else now = next(after, slot);
  }
  moves.end();
  return changes;
}

interface Single {
  slot: Instant;
  kind: "gained" | "lost";
}

/**
 * Pairs lost with gained slots that are neighbours, each with the nearer one. Nothing moves past a slot
 * that both have. Looks at three of them at a time.
 */
function moveFinder(changes: SlotChanges) {
  let open: Single | undefined;
  let other: Single | undefined;
  const pair = (a: Single, b: Single) => {
    const by = a.kind === "lost" ? b.slot - a.slot : a.slot - b.slot;
    const { least, most } = changes.movedBy ?? { least: by, most: by };
    changes.moved += 1;
    changes.movedBy = { least: Math.min(least, by), most: Math.max(most, by) };
  };
  return {
    take(slot: Instant, kind: Single["kind"]): void {
      const single = { slot, kind };
      if (open && other) {
        const isNearer = kind !== other.kind && slot - other.slot < other.slot - open.slot;
        if (isNearer) [open, other] = [other, single];
        else {
          pair(open, other);
          [open, other] = [single, undefined];
        }
      } else if (open && open.kind !== kind) other = single;
      else open = single;
    },
    end(): void {
      if (open && other) pair(open, other);
      open = other = undefined;
    },
  };
}
