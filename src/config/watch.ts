import { type BigIntStats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Time } from "../clock/time.ts";
import { delay, folderNotices } from "./notices.ts";

export interface WatchDeps {
  time: Time;
  /** Aborted: nothing more is told, and nothing is held open. */
  signal: AbortSignal;
  /** Must not throw. */
  onChange(): void;
  /** ms between two looks where the system tells of no changes; default 1000. */
  pollMs?: number;
}

/** A file counts as being written until it has rested this long, ms. */
const SETTLED_MS = 50;

/** But it is told of after this long, ms, even if it never rests. */
const LONGEST_SETTLE_MS = 500;

/**
 * Tells when the content of a file may have changed since this call, or the file has gone or come
 * back: call it before the first reading. A burst of changes is told of once or a few times, and
 * always once more after the last. However the file is changed: written in place, renamed over,
 * a symbolic link on its path turned elsewhere, its folder replaced.
 *
 * The truth is a look at the file's identity every `pollMs`, which works on every file system. The
 * system's notices about the folder only make the next look come sooner.
 */
export function watchFile(path: string, deps: WatchDeps): void {
  const absolute = resolve(path);
  // Before this returns, so that no change falls between this call and the first look.
  const first = firstLook(absolute, deps.time);
  void follow(absolute, first, deps);
}

/** What a look at a file found. */
interface Look {
  /** Equal for two looks exactly when the file system says that nothing changed between them. */
  identity: string;
  /**
   * True when the file was changed so shortly before the look that a change after it could carry
   * the same time stamp, and so not be seen.
   */
  fresh: boolean;
}

async function follow(path: string, first: Look, deps: WatchDeps): Promise<void> {
  const { time, signal, onChange, pollMs = 1000 } = deps;
  const folder = folderNotices(dirname(path), signal);
  let told = first;
  while (!signal.aborted) {
    // Notices first, then the look: a change is before the look or gives a notice.
    await folder.listen();
    const seen = await look(path, time);
    if (seen.identity !== told.identity || told.fresh) {
      const settled = await settle(path, seen, deps);
      if (signal.aborted) return;
      const changed = settled.identity !== told.identity || told.fresh;
      told = settled;
      if (changed) onChange();
    }
    // A file beside ours that changes all the time must not keep us busy.
    await delay(Math.min(SETTLED_MS, pollMs), signal);
    await folder.notice(pollMs);
  }
}

/** Looks until the file rests. The answer is older than any reading that follows it. */
async function settle(path: string, seen: Look, { time, signal }: WatchDeps): Promise<Look> {
  const deadline = performance.now() + LONGEST_SETTLE_MS;
  let before = seen;
  for (;;) {
    await delay(SETTLED_MS, signal);
    const now = await look(path, time);
    const rests = now.identity === before.identity && !now.fresh;
    if (rests || signal.aborted || performance.now() > deadline) return now;
    before = now;
  }
}

function firstLook(path: string, time: Time): Look {
  try {
    return lookOf(statSync(path, { bigint: true }), time);
  } catch (error) {
    return failedLook(error);
  }
}

async function look(path: string, time: Time): Promise<Look> {
  try {
    return lookOf(await stat(path, { bigint: true }), time);
  } catch (error) {
    return failedLook(error);
  }
}

function lookOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats, time: Time): Look {
  const identity = [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  // Of the two times, the one that no program can set.
  const age = time.now() - Number(ctimeNs / 1_000_000n);
  return { identity, fresh: Math.abs(age) < SETTLED_MS };
}

/** A file that cannot be looked at stays the same as long as the reason does. */
function failedLook(error: unknown): Look {
  return { identity: String((error as NodeJS.ErrnoException).code), fresh: false };
}
